package org.kakuri.system.tzmediator.acceptance;

import static org.kakuri.system.tzmediator.acceptance.Check.await;
import static org.kakuri.system.tzmediator.acceptance.Check.holds;
import static org.kakuri.system.tzmediator.acceptance.Check.same;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.kakuri.system.tzmediator.acceptance.Check.Case;

/** Who dies, in which state, and what the CA sees. */
final class KilledCases {
    /**
     * What the CA sees: the end of its stream, and what waitpid says.
     *
     * @param state what the CA does, see ca_launch.c
     * @param ta the TA's command
     * @param end how the stream ends for the CA
     */
    private record State(String name, String state, List<String> ta, String end) {}

    private static final List<State> STATES = List.of(
            new State("idle", "idle", List.of("ta_probe", "wait"), "eof"),
            new State("mid-write of the CA", "write", List.of("ta_probe", "spin"), "epipe"),
            new State("mid-write of the TA", "idle", List.of("ta_probe", "flood"), "eof"),
            new State("mid-transfer both ways", "transfer", List.of("ta_upper"), "eof"));

    private final Site site;

    KilledCases(Site site) {
        this.site = site;
    }

    Map<String, Case> all() {
        Map<String, Case> cases = new LinkedHashMap<>();
        for (State state : STATES) {
            cases.put("kill -9 of the shadow, " + state.name(), () -> kill(state, shadow -> pid(shadow)));
            cases.put("kill -9 of the secure world, " + state.name(), () -> kill(state, shadow -> site.world()));
            cases.put("kill -9 of a pooled shadow, " + state.name(), () -> {
                site.pooled();
                kill(state, _ -> pooledShadow(), "kakuri-ta-pool");
            });
            cases.put("kill -9 of the CA, " + state.name(), () -> killClient(state));
            cases.put("kill -9 of the workbench, " + state.name(), () -> {
                kill(state, shadow -> site.workbench().toHandle());
                site.workbench().waitFor();
                site.start();
            });
        }
        return cases;
    }

    @FunctionalInterface
    private interface Victim {
        ProcessHandle of(long shadow);
    }

    private void kill(State state, Victim victim) throws Exception {
        kill(state, victim, "kakuri-ta");
    }

    /** The one that is in use: it has descriptors that one that waits has not. */
    private ProcessHandle pooledShadow() {
        return site.workbench()
                .descendants()
                .filter(process -> Check.command(process.pid()).endsWith(" pool "))
                .max(Comparator.comparingInt(Site::openFiles))
                .orElseThrow();
    }

    private void kill(State state, Victim victim, String start) throws Exception {
        Process ca = begin(state, start);
        try (BufferedReader lines = ca.inputReader()) {
            long shadow = Long.parseLong(expect(lines, "pid ").substring("pid ".length()));
            expect(lines, "first");
            await("the secure world does not come", () -> site.worlds().size() == 1);
            victim.of(shadow).destroyForcibly();
            same(state.end(), lines.readLine());
            same("signal 9", lines.readLine());
            holds(ca.waitFor(Check.PATIENCE_MILLIS, TimeUnit.MILLISECONDS), "the CA hangs");
            same("0", "" + ca.exitValue());
        }
    }

    /** The TA sees what any child sees whose parent took the other ends of its pipes along; one that looks at none goes on. */
    private void killClient(State state) throws Exception {
        Process ca = begin(state, "kakuri-ta");
        try (BufferedReader lines = ca.inputReader()) {
            long shadow = Long.parseLong(expect(lines, "pid ").substring("pid ".length()));
            expect(lines, "first");
            ca.destroyForcibly();
            ca.waitFor();
            if (state.ta().contains("spin")) {
                holds(pid(shadow).isAlive(), "a TA that does not look at its pipes ended with its CA");
                pid(shadow).destroyForcibly();
            }
        }
    }

    private Process begin(State state, String start) throws Exception {
        List<String> command = new ArrayList<>(List.of(site.compiled("ca_launch").toString(), state.state(), start));
        command.addAll(state.ta());
        return site.environment(new ProcessBuilder(command)).redirectError(site.temp().resolve("err").toFile()).start();
    }

    private static String expect(BufferedReader lines, String start) throws IOException {
        String line = lines.readLine();
        holds(line != null && line.startsWith(start), "the CA said " + line + ", not " + start);
        return line;
    }

    private static ProcessHandle pid(long number) {
        return ProcessHandle.of(number).orElseThrow(() -> new AssertionError("no process " + number));
    }
}
