package org.kakuri.engine.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.kakuri.api.Label;
import org.kakuri.api.Observability;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.LedgerSnapshot;

/** An experiment whose arms give chosen samples, or misbehave in a chosen way. Built by chaining, then run. */
final class FakeExperiment implements Experiment {
    /** What happens when a trial is opened. */
    interface Opening {
        void open(Point point, TrialContext context) throws Exception;
    }

    /** What an arm does in a block. */
    interface Block {
        void measure(Point point, int iterations, SampleSink sink) throws Exception;
    }

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final List<String> order = Collections.synchronizedList(new ArrayList<>());
    private final Map<ArmInfo, Block> arms = new LinkedHashMap<>();
    private final List<ClaimSpec> claims = new ArrayList<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private Opening opening = (point, context) -> {};
    private String id = "fake/echo";

    FakeExperiment called(String name) {
        id = name;
        return this;
    }

    FakeExperiment with(Parameter parameter) {
        parameters.add(parameter);
        return this;
    }

    static Parameter size(String... defaults) {
        return new Parameter("size", "bytes of a message", Parameter.Kind.SIZE, List.of(defaults), List.of(), 1,
                65536, "the source's figure");
    }

    FakeExperiment opening(Opening action) {
        opening = action;
        return this;
    }

    FakeExperiment claiming(ClaimSpec claim) {
        claims.add(claim);
        return this;
    }

    static ClaimSpec ratio(String id, ClaimSpec.Kind kind, String arm, double low, double high) {
        return new ClaimSpec(id, arm + " against direct", kind, "ratio", low, high,
                new ClaimSpec.MaxRatioOfMedians(arm, "direct"), Map.of(), Optional.empty(), "the source, figure 5");
    }

    FakeExperiment arm(String name, Block block) {
        return arm(new ArmInfo(name, "the " + name + " arm", Label.MEASURED, Map.of(), List.of(),
                CostProfile.UNPRICED), block);
    }

    FakeExperiment arm(ArmInfo info, Block block) {
        arms.put(info, block);
        return this;
    }

    /** An arm whose samples are all the same. */
    FakeExperiment constant(String name, double value) {
        return arm(name, samples(value));
    }

    static Block samples(double... values) {
        return (point, iterations, sink) -> {
            for (int i = 0; i < iterations; i++) {
                sink.sample(values[i % values.length]);
            }
        };
    }

    /** Blocks of one value that tell an event so often per iteration. */
    static Block counting(double value, String event, long perIteration, Observability seen) {
        return (point, iterations, sink) -> {
            samples(value).measure(point, iterations, sink);
            sink.events(LedgerSnapshot.of(Map.of(event, new EventCount(perIteration * iterations, 0, seen))));
        };
    }

    /** Blocks of one value that tell several events, all exact, so often per iteration. */
    static Block counting(double value, Map<String, Long> perIteration) {
        return (point, iterations, sink) -> {
            samples(value).measure(point, iterations, sink);
            Map<String, EventCount> counts = new LinkedHashMap<>();
            perIteration.forEach((event, times) -> counts.put(event,
                    new EventCount(times * iterations, 0, Observability.EXACT)));
            sink.events(LedgerSnapshot.of(counts));
        };
    }

    @Override
    public ExperimentInfo info() {
        return new ExperimentInfo(id, "fake", "Echo of a fake", "How long is an echo?", "ns", parameters, claims,
                new ExperimentInfo.Figure("size", "direct", "round trip relative to direct"));
    }

    @Override
    public Trial open(Point point, TrialContext context) throws Exception {
        opened.incrementAndGet();
        opening.open(point, context);
        List<Arm> made = arms.entrySet().stream().map(each -> arm(point, each.getKey(), each.getValue())).toList();
        return new Trial() {
            @Override
            public List<Arm> arms() {
                return made;
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private Arm arm(Point point, ArmInfo info, Block block) {
        return new Arm() {
            @Override
            public ArmInfo info() {
                return info;
            }

            @Override
            public void measure(int iterations, SampleSink sink) throws Exception {
                order.add(info.name());
                block.measure(point, iterations, sink);
            }
        };
    }
}
