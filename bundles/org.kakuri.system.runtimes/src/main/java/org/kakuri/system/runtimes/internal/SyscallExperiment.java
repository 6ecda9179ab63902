package org.kakuri.system.runtimes.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.comparison.Claims;
import org.kakuri.comparison.Guests;
import org.kakuri.comparison.Pairs;
import org.kakuri.comparison.Parameters;
import org.kakuri.comparison.Task;
import org.osgi.service.component.annotations.Component;

/**
 * rt/syscall: a program in a session that is open already, by runtime and mode. {@code dd} makes two system calls a byte; {@code
 * forks} is a shell script that forks 30 times; {@code ps} lists processes.
 */
@Component
public final class SyscallExperiment implements Experiment {
    private static final String WORKLOAD = "workload";
    private static final String FAST = "fast";
    private static final String FIDELITY = "fidelity";
    /** Arm: the same without the time in which instances were built, measured, copied and destroyed. */
    private static final String MODE_ALONE = ".alone";
    private static final Set<String> OF_THE_MODE = Set.of("guest", "harness");
    private static final int MOST = 8;
    private static final Map<String, List<String>> WORKLOADS = Map.of("dd",
            List.of("/bin/dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=5000", "status=none"), "ps",
            List.of("/bin/ps", "-ef"), "forks",
            List.of("/bin/dash", "-c", "i=0; while [ $i -lt 30 ]; do (:); i=$((i + 1)); done"));
    private static final ExperimentInfo INFO = new ExperimentInfo(RuntimesSystem.SYSCALL, RuntimesSystem.NAME,
            "system calls by runtime and mode",
            "How much longer does a program take under a library operating system than natively, when each call is "
                    + "seen (fidelity) and when calls run natively (fast)?",
            "ns",
            Parameters.of(List.of("32m"), List.of("1m"),
                    new Parameter(WORKLOAD, "what runs", Parameter.Kind.CHOICE, List.of("dd", "ps", "forks"),
                            List.of("dd", "ps", "forks"), 0, 0, "our choice")),
            List.of(goal("ps", Pairs.APART), goal("ps", Pairs.TOGETHER), goal("forks", Pairs.APART),
                    goal("forks", Pairs.TOGETHER)),
            new ExperimentInfo.Figure(WORKLOAD, Pairs.NATIVE, "time relative to native"));

    private static org.kakuri.api.experiment.ClaimSpec goal(String workload, String role) {
        return Claims.atMost("rt.syscall.%s.%s".formatted(workload, role),
                "Fast mode costs at most 2.5 times native on %s, %s".formatted(workload,
                        role),
                2.5, role + "." + FAST, Pairs.NATIVE, Map.of(WORKLOAD, workload));
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        List<String> argv = WORKLOADS.get(point.text(WORKLOAD));
        String[] arguments = argv.subList(1, argv.size()).toArray(String[]::new);
        var pairs = new Pairs(context, point, Task.of(argv.getFirst(), arguments));
        List<Arm> arms = new ArrayList<>();
        List<RuntimeSession> sessions = new ArrayList<>();
        var trial = new OpenTrial(pairs, arms, sessions);
        try {
            add(trial, Pairs.NATIVE, "an ordinary process", pairs.natively(), false);
            for (String mode : List.of(FIDELITY, FAST)) {
                add(trial, Pairs.APART + "." + mode, "an instance for each process, " + mode, pairs.apart(mode), false);
                add(trial, Pairs.TOGETHER + "." + mode, "one instance for all, " + mode, pairs.together(mode), false);
            }
            add(trial, Pairs.APART + "." + FAST + MODE_ALONE, "mode fast without what instances cost",
                    pairs.apart(FAST), true);
            add(trial, Pairs.TOGETHER + "." + FAST + MODE_ALONE, "mode fast without what the instance costs",
                    pairs.together(FAST), true);
            return trial;
        } catch (RuntimeException e) {
            trial.close();
            throw e;
        }
    }

    private static void add(OpenTrial trial, String name, String title, Guests guests, boolean alone) {
        RuntimeSession session = guests.open();
        trial.sessions().add(session);
        trial.arms()
                .add(new OpenArm(new ArmInfo(name, title, Label.MEASURED, Map.of(), List.of(),
                        CostProfile.UNPRICED), guests, session, alone));
    }

    /** Sessions that stay open through the trial. */
    private record OpenTrial(Pairs pairs, List<Arm> arms, List<RuntimeSession> sessions) implements Trial {
        @Override
        public void close() {
            sessions.forEach(RuntimeSession::close);
            pairs.close();
        }
    }

    private record OpenArm(ArmInfo info, Guests guests, RuntimeSession session, boolean alone) implements Arm {
        private double instances() {
            return session.report()
                    .phases()
                    .entrySet()
                    .stream()
                    .filter(phase -> !OF_THE_MODE.contains(phase.getKey()))
                    .mapToDouble(java.util.Map.Entry::getValue)
                    .sum();
        }

        @Override
        public void measure(int iterations, SampleSink sink) {
            LedgerSnapshot before = session.ledger();
            Map<String, Long> phases = session.report().phases();
            int runs = Math.min(iterations, MOST);
            for (int i = 0; i < runs; i++) {
                double other = alone ? instances() : 0;
                long nanos = guests.once(session);
                sink.sample(nanos - (alone ? instances() - other : 0));
            }
            LedgerSnapshot events = session.ledger().since(before);
            sink.extra("system calls a run", events.count("syscall").count() / (double) runs);
            session.report()
                    .phases()
                    .forEach((phase, nanos) -> sink.extra(phase + ".ns", (nanos - phases.getOrDefault(phase, 0L))
                            / (double) runs));
            sink.events(events);
        }
    }
}
