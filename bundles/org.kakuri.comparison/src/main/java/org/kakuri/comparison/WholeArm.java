package org.kakuri.comparison;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;

/**
 * A session is opened, one command runs to its end: the wall clock of both. Where the time went comes as extras, and so does what
 * would be left if each component had cost nothing.
 */
public final class WholeArm implements Arm {
    private static final String HARNESS = "harness";

    private final ArmInfo info;
    private final Guests guests;
    private final int most;
    private final Supplier<Map<String, Double>> extras;
    private LedgerSnapshot last;

    /**
     * Makes one.
     *
     * @param name name of the arm
     * @param title what it runs
     * @param guests runs it
     * @param most most samples of a block: runs are long
     * @param extras tells more about the runs since it was last asked, for one run
     */
    public WholeArm(String name, String title, Guests guests, int most,
            Supplier<Map<String, Double>> extras) {
        this.extras = extras;
        this.info = new ArmInfo(name, title, Label.MEASURED, Map.of("runtime", guests.lease().runtime().name()),
                java.util.List.of(), CostProfile.UNPRICED);
        this.guests = guests;
        this.most = most;
    }

    @Override
    public ArmInfo info() {
        return info;
    }

    /** Returns the events of the last run, if there was one. */
    public Optional<LedgerSnapshot> last() {
        return Optional.ofNullable(last);
    }

    @Override
    public void measure(int iterations, SampleSink sink) {
        LedgerSnapshot events = LedgerSnapshot.EMPTY;
        var phases = new java.util.TreeMap<String, Double>();
        double whole = 0;
        int runs = Math.min(iterations, most);
        for (int i = 0; i < runs; i++) {
            Guests.Ran ran = guests.whole();
            sink.sample(ran.nanos());
            whole += ran.nanos();
            events = events.plus(ran.events());
            last = ran.events();
            ran.report().phases().forEach((phase, nanos) -> phases.merge(phase, (double) nanos, Double::sum));
        }
        double mean = whole / runs;
        int count = runs;
        phases.forEach((phase, nanos) -> {
            sink.extra(phase + ".ns", nanos / count);
            sink.extra((phase.equals(HARNESS) ? "without the harness" : "ablation: without " + phase) + ".ns",
                    mean - nanos / count);
        });
        sink.extras(extras.get());
        sink.events(events);
    }
}
