package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Deadline;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** The experiments on hot swap, small: 20 swaps and 4 updates. */
@Timeout(120)
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class SoakTest {
    private static final Map<String, String> SMALL = Map.of("swaps", "20", "updates", "4", "callers", "3", "from",
            "trustzone", "to", "none", "runtime", "wasm", "system", "org.kakuri.system.tzmediator");
    /** Each block does its part of the work; so many do all of it. */
    private static final int ROUNDS = 15;

    @TempDir
    Path folder;

    @InjectBundleContext
    BundleContext context;

    @InjectService
    Workbench workbench;

    private final Map<String, String> notes = new TreeMap<>();

    private final class Context implements TrialContext {
        @Override
        public Workbench workbench() {
            return workbench;
        }

        @Override
        public CostProfile costProfile(String architecture) {
            return CostProfile.UNPRICED;
        }

        @Override
        public Path scratch() {
            return folder;
        }

        @Override
        public Path workspace() {
            return folder;
        }

        @Override
        public Deadline deadline() {
            return Deadline.inSeconds(100);
        }

        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public void note(String key, String value) {
            notes.put(key, value);
        }

        @Override
        public void skipped(String what, String why) {
            throw new AssertionError(what + ": " + why);
        }
    }

    private static final class Sink implements SampleSink {
        private final List<Double> samples = new ArrayList<>();
        private final Map<String, Double> greatest = new TreeMap<>();

        @Override
        public void sample(double value) {
            samples.add(value);
        }

        @Override
        public void extra(String name, double value) {
            greatest.merge(name, value, Math::max);
        }

        @Override
        public void detail(String name, double value) {
            greatest.merge(name, value, Math::max);
        }

        @Override
        public void events(LedgerSnapshot events) {
            throw new AssertionError("no events are expected: " + events);
        }

        @Override
        public void failure(String reason) {
            throw new AssertionError(reason);
        }
    }

    private Map<String, Sink> run(String id) throws Exception {
        var references = context.getServiceReferences(Experiment.class, null);
        Experiment experiment = references.stream()
                .map(context::getService)
                .filter(one -> one.info().id().equals(id))
                .findFirst()
                .orElseThrow();
        Map<String, Sink> sinks = new TreeMap<>();
        try (Trial trial = experiment.open(new Point(SMALL), new Context())) {
            for (int i = 0; i < ROUNDS; i++) {
                for (Arm arm : trial.arms()) {
                    arm.measure(1000, sinks.computeIfAbsent(arm.info().name(), _ -> new Sink()));
                }
            }
        } finally {
            references.forEach(context::ungetService);
        }
        return sinks;
    }

    @Test
    void losesDoublesRestartsAndLeavesNothing() throws Exception {
        long ours = context.getBundle().getLastModified();

        Map<String, Sink> sinks = run("swap/soak");

        for (Sink sink : sinks.values()) {
            assertEquals(List.of(0.0, 0.0, 0.0, 0.0, 0.0), List.of(sink.greatest.get("lost"),
                    sink.greatest.get("doubled"), sink.greatest.get("leaks"), sink.greatest.get("restarts"),
                    sink.greatest.get("sessions.ended")), notes.toString());
            assertEquals(1.0, sink.greatest.get("completed"), notes.toString());
            assertTrue(sink.greatest.get("calls") > 0, notes.toString());
        }
        assertTrue(sinks.get("swap").samples.size() >= 20 && sinks.get("update").samples.size() >= 4);
        assertEquals(ours, context.getBundle().getLastModified());
    }

    @Test
    void measuresWaitsInQuietAndDuringExchanges() throws Exception {
        Map<String, Sink> sinks = run("swap/downtime");

        assertEquals(List.of("quiet", "swap", "update"), List.copyOf(sinks.keySet()));
        sinks.values().forEach(sink -> assertTrue(!sink.samples.isEmpty(), notes.toString()));
    }
}
