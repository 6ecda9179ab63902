package org.kakuri.engine.internal.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.engine.internal.record.Entry;
import org.kakuri.engine.internal.record.Entry.Phase;
import org.kakuri.engine.internal.stats.TimeUnits;

/**
 * The blocks of one trial, on the trial's thread: rounds of one block of each arm, in an order that is drawn anew for each
 * round, first for warm-up, then for the record.
 */
final class TrialBody {
    /** While an arm is still getting faster, warming up takes so many times as long as asked for. */
    private static final int MOST_WARMUP = 4;

    private final Settings settings;
    private final int number;
    private final String point;
    private final TrialLog log;
    private final Map<Arm, WarmUp> warmUps = new HashMap<>();
    private volatile String where = "opening the trial";

    TrialBody(Settings settings, int number, String point, TrialLog log) {
        this.settings = settings;
        this.number = number;
        this.point = point;
        this.log = log;
    }

    /** Returns what is being done, for messages. */
    String where() {
        return where;
    }

    /**
     * Measures all blocks.
     *
     * @return false if the user ended the run in between
     * @throws Unsupported if no arm can be measured
     */
    boolean measure(Trial trial) throws Exception {
        List<Arm> arms = new ArrayList<>(trial.arms());
        announce(arms);
        var random = new SplittableRandom(settings.spec().seed() + number);
        int least = settings.spec().warmup();
        boolean going = true;
        for (int i = 0; going && (i < least || i < MOST_WARMUP * least && falling(arms)); i++) {
            tell(Math.min(i, least), ", warming up");
            going = round(arms, random, Phase.WARMUP, i);
        }
        for (int i = 0; going && i < settings.spec().blocks(); i++) {
            tell(least + i, ", block " + (i + 1));
            going = round(arms, random, Phase.MEASURE, i);
        }
        return going;
    }

    private boolean falling(List<Arm> arms) {
        return arms.stream().anyMatch(arm -> warmUps.get(arm).falling());
    }

    private void tell(int done, String what) {
        settings.pace().reached(number * (settings.spec().warmup() + settings.spec().blocks()) + done);
        settings.pace().at(point + what);
    }

    /** Measures a block of each arm; returns false if the user ended the run in between. */
    private boolean round(List<Arm> arms, SplittableRandom random, Phase phase, int round) throws Exception {
        Collections.shuffle(arms, random);
        List<Arm> order = List.copyOf(arms);
        for (int place = 0; place < order.size(); place++) {
            if (settings.cancelled().getAsBoolean()) {
                return false;
            }
            Optional<String> unsupported = block(order.get(place), phase, round, place);
            if (unsupported.isPresent()) {
                Arm arm = order.get(place);
                arms.remove(arm);
                log.append(new Entry.Skip(number, arm.info().name(), unsupported.get()));
            }
        }
        if (arms.isEmpty()) {
            throw new Unsupported("no arm can be measured", "");
        }
        return true;
    }

    private void announce(List<Arm> arms) {
        if (arms.isEmpty()) {
            throw new KakuriException("the trial has no arms", "");
        }
        var names = new HashSet<String>();
        for (Arm arm : arms) {
            ArmInfo info = arm.info();
            if (!names.add(info.name())) {
                throw new KakuriException("two arms of the trial are called " + info.name(), "");
            }
            log.append(new Entry.ArmSeen(number, info));
            warmUps.put(arm, new WarmUp(settings.spec().iterations(), settings.spec().warmup() > 0,
                    TimeUnits.ns(settings.spec().info().unit())));
        }
    }

    /** Measures a block; returns why the arm cannot be measured, if so. */
    private Optional<String> block(Arm arm, Phase phase, int round, int place) throws Exception {
        String name = arm.info().name();
        where = "arm " + name + ", " + (phase == Phase.WARMUP ? "warm-up " : "") + "block " + (round + 1);
        WarmUp warmUp = warmUps.get(arm);
        var sink = new BlockSink(warmUp.iterations(), arm instanceof Batches, log);
        long from = System.nanoTime();
        try {
            arm.measure(warmUp.iterations(), sink);
        } catch (Unsupported unsupported) {
            return Optional.of(Reasons.of(unsupported));
        }
        long ns = System.nanoTime() - from;
        if (sink.failure() != null) {
            throw new KakuriException(sink.failure(), "");
        }
        Optional<String> unobserved = unobserved(arm.info(), sink.events());
        if (unobserved.isEmpty()) {
            double[] values = sink.values();
            log.append(new Entry.Block(number, name, phase, round, place, ns, values, sink.extras(), sink.details(),
                    sink.events()));
            if (phase == Phase.WARMUP) {
                warmUp.learn(values, ns);
            }
        }
        return unobserved;
    }

    private static Optional<String> unobserved(ArmInfo info, LedgerSnapshot events) {
        for (String event : info.keyEvents()) {
            if (events == null) {
                return Optional.of("its key event " + event + " is unobserved: the arm told no events");
            }
            if (events.count(event).observability() == Observability.UNOBSERVED) {
                return Optional.of("its key event " + event + " is unobserved here");
            }
        }
        return Optional.empty();
    }
}
