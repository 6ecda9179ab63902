package org.kakuri.system.tzmediator.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Ordinary programs as CAs of TAs that a real workbench runs, and what everybody sees when one of the processes involved is killed
 * with SIGKILL: {@link #ordinary()} and {@link #killed()} are the tables. This process is made the one that orphans are handed
 * to, so that none is overlooked.
 *
 * <p>
 * Run from its source file, with the JDK alone: {@code TaAcceptance HOME [--report XML] [PATTERN]}; the pattern is looked for in the cases' names. Exit code 1 if something is
 * not as it has to be.
 */
final class TaAcceptance {
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final long PATIENCE_MILLIS = 60_000;
    private static final Set<String> PROGRAMS = new TreeSet<>(
            Set.of("bash", "cat", "curl", "socat", "python3", "cc", "nohup", "seq", "sha256sum"));

    private final Path home;
    private final Path temp;
    private final Path starter;
    private final String wanted;
    private final Map<String, String> results = new LinkedHashMap<>();
    private Process workbench;
    private int baseline = -1;

    /** Something that has to be so. */
    @FunctionalInterface
    private interface Case {
        void run() throws Exception;
    }

    /** A case that cannot be tried here. */
    private static final class Skipped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Skipped(String why) {
            super(why);
        }
    }

    private TaAcceptance(Path home, String wanted) throws IOException {
        this.home = home;
        this.wanted = wanted;
        this.temp = Files.createTempDirectory("ta");
        this.starter = home.resolve(".kakuri/bin/kakuri-ta");
        for (String own : List.of("tmp", "run")) {
            Files.createDirectory(temp.resolve(own),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path guests = home.resolve("workspace/guests");
        Files.createDirectories(temp.resolve("workspace/tas"));
        Files.createSymbolicLink(temp.resolve("workspace/guests"), guests);
        String digest = Files.readAllLines(guests.resolve("tz/MANIFEST"))
                .stream()
                .filter(line -> line.endsWith("  ta_upper.wasm"))
                .findFirst()
                .orElseThrow()
                .split(" ")[0];
        Files.writeString(temp.resolve("workspace/tas/quick.properties"),
                "module=%s\nsha256=%s\nprepared=1\n".formatted(guests.resolve("tz/ta_upper.wasm"), digest));
    }

    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(arguments));
        Optional<Path> report = Optional.empty();
        int at = words.indexOf("--report");
        if (at >= 0) {
            report = Optional.of(Path.of(words.get(at + 1)));
            words.subList(at, at + 2).clear();
        }
        adoptOrphans();
        var acceptance = new TaAcceptance(Path.of(words.getFirst()).toAbsolutePath(),
                words.size() > 1 ? words.get(1) : "");
        boolean well;
        try {
            well = acceptance.all();
        } finally {
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
        if (report.isPresent()) {
            acceptance.report(report.get());
        }
        System.exit(well ? 0 : 1);
    }

    @SuppressWarnings("restricted")
    private static void adoptOrphans() throws IOException {
        Linker linker = Linker.nativeLinker();
        var prctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try {
            if ((int) prctl.invokeExact(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) != 0) {
                throw new IOException("prctl(PR_SET_CHILD_SUBREAPER) failed");
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean all() throws Exception {
        start();
        ordinary().forEach(this::attempt);
        killed().forEach(this::attempt);
        return results.values().stream().allMatch(result -> result.isEmpty() || result.startsWith("skipped"));
    }

    private void attempt(String name, Case body) {
        if (!Pattern.compile(wanted).matcher(name).find()) {
            return;
        }
        String result = "";
        try {
            body.run();
            nothingRemains();
        } catch (Skipped e) {
            result = "skipped: " + e.getMessage();
        } catch (Exception | AssertionError e) {
            result = (e.getMessage() == null ? e.toString() : e.getMessage()).strip().replaceAll("\\s*\\R\\s*", " | ");
            try {
                others().forEach(ProcessHandle::destroyForcibly);
                if (!workbench.isAlive()) {
                    start();
                }
            } catch (Exception again) {
                result += "; and no workbench starts: " + again.getMessage();
            }
        }
        results.put(name, result);
        System.out.printf("%-7s %s%n", result.isEmpty() ? "ok" : result.startsWith("skipped") ? "skipped" : "FAILED",
                result.isEmpty() || result.startsWith("skipped") ? name : name + ": " + result);
    }

    // ---- what ordinary programs can do with a TA ----

    private Map<String, Case> ordinary() throws IOException {
        Map<String, Case> cases = new LinkedHashMap<>();
        Path file = temp.resolve("file");
        cases.put("pipeline: producer | TA | consumer", () -> {
            String out = shell("seq 100000 | sed 's/^/line /' >" + file + "; kakuri-ta ta_upper <" + file
                    + " | cat | sha256sum; tr a-z A-Z <" + file + " | sha256sum", "seq", "cat", "sha256sum");
            String[] lines = out.split("\n");
            same(lines[1], lines[0]);
        });
        cases.put("statuses in a pipeline", () -> same("0 5 0\n",
                shell("echo x | kakuri-ta ta_probe exit 5 | cat; echo \"${PIPESTATUS[*]}\"", "cat")));
        cases.put("exit status", () -> same("0 1 42 255 \n",
                shell("for i in 0 1 42 255; do kakuri-ta ta_probe exit $i; printf '%s ' $?; done; echo")));
        cases.put("trap is SIGABRT, with the reason", () -> {
            String out = shell("kakuri-ta ta_probe trap 2>&1; echo $?");
            holds(out.contains("kakuri-ta: TA ta_probe: trap: ") && out.endsWith("\n134\n"), out);
        });
        cases.put("unknown TA is 127", () -> {
            String out = shell("kakuri-ta ta_uper 2>&1; echo $?");
            same("kakuri-ta: no TA named ta_uper; did you mean ta_upper?\n127\n", out);
        });
        cases.put("what is no module is 126", () -> {
            Files.writeString(file, "no module");
            String out = shell("kakuri-ta " + file + " 2>&1; echo $?");
            holds(out.startsWith("kakuri-ta: ") && out.endsWith("\n126\n"), out);
        });
        cases.put("a module by its path", () -> same("HELLO\n",
                shell("echo hello | kakuri-ta " + home.resolve("workspace/guests/tz/ta_upper.wasm"))));
        cases.put("arguments",
                () -> same("ta_probe\na b\n\n*\n'\n", shell("kakuri-ta ta_probe args 'a b' '' '*' \\'")));
        cases.put("environment", () -> same("A=1\nB=\nC=(none)\n",
                shell("unset C; A=1 B= kakuri-ta ta_probe env A B C")));
        cases.put("a link under the TA's name", () -> same("HELLO\n",
                shell("ln -sf " + starter + " " + temp + "/ta_upper; echo hello | " + temp + "/ta_upper")));
        cases.put("an executable file", () -> {
            Files.writeString(file, "#!/usr/bin/env -S kakuri-ta --script ta_probe\n");
            same(file + "\nx\n", shell("chmod +x " + file + "; " + file + " args x"));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        });
        cases.put("descriptors keep their numbers", () -> same("0\n1\n2\n5\n17\n",
                shell("kakuri-ta ta_probe fds 5</dev/null 17>/dev/null </dev/null 2>/dev/null")));
        cases.put("closed standard descriptors", () -> same("0\n1\n2\n",
                shell("kakuri-ta ta_probe fds <&- 2>&-")));
        cases.put("reads and writes a descriptor that is no standard one", () -> {
            String out = shell("coproc kakuri-ta ta_upper; echo hello >&${COPROC[1]}; read -r answer <&${COPROC[0]}; "
                    + "echo $answer; eval \"exec ${COPROC[1]}>&-\"; wait $COPROC_PID; echo $?");
            same("HELLO\n0\n", out);
        });
        cases.put("SIGPIPE ends it", () -> same("141 0\n",
                shell("kakuri-ta ta_probe flood | head -c 1 >/dev/null; echo \"${PIPESTATUS[*]}\"")));
        cases.put("an ignored SIGPIPE is EPIPE", () -> same("3 0\n",
                shell("(trap '' PIPE; exec kakuri-ta ta_probe flood) | head -c 1 >/dev/null; echo \"${PIPESTATUS[*]}\"")));
        for (String signal : List.of("TERM", "INT", "HUP", "KILL", "USR1")) {
            cases.put("SIG" + signal + " ends it", () -> same(128 + number(signal) + "\n", shell(
                    "coproc kakuri-ta ta_probe wait; read -r r <&${COPROC[0]}; kill -" + signal
                            + " $COPROC_PID; wait $COPROC_PID 2>/dev/null; echo $?")));
        }
        cases.put("nohup", () -> same("ends 0\n", shell("mkfifo " + temp
                + "/f; nohup kakuri-ta ta_probe wait <" + temp + "/f >" + temp + "/o 2>/dev/null & exec 4>" + temp
                + "/f; until grep -q ready " + temp + "/o; do sleep 0.1; done; kill -HUP $!; sleep 0.3; exec 4>&-; "
                + "wait $!; echo ends $?; rm " + temp + "/f", "nohup")));
        cases.put("SIGSTOP holds it, SIGCONT lets it go on", () -> {
            String out = shell("coproc kakuri-ta ta_upper; echo a >&${COPROC[1]}; read -r a <&${COPROC[0]}; "
                    + "kill -STOP $COPROC_PID; until grep -q '^State:.T' /proc/$COPROC_PID/status; do sleep 0.05; done; "
                    + "echo b >&${COPROC[1]}; read -t 0.5 -r b <&${COPROC[0]} || echo held; kill -CONT $COPROC_PID; "
                    + "read -r b <&${COPROC[0]}; echo $a $b; eval \"exec ${COPROC[1]}>&-\"; wait $COPROC_PID; echo $?");
            same("held\nA B\n0\n", out);
        });
        cases.put("four at once", () -> same("A\nB\nC\nD\n", shell(
                "for i in a b c d; do echo $i | kakuri-ta ta_upper >" + temp + "/out.$i & done; wait; cat " + temp
                        + "/out.?",
                "cat")));
        cases.put("socat",
                () -> same("HELLO\n", shell("echo hello | socat -t 20 STDIO EXEC:'kakuri-ta ta_upper'", "socat")));
        cases.put("socat, each connection a TA, and a client over TCP", () -> {
            String out = shell("socat -t 20 -d -d TCP-LISTEN:0,bind=127.0.0.1,fork EXEC:'kakuri-ta ta_upper' 2>" + temp
                    + "/log & for i in $(seq 100); do port=$(sed -n 's/.*listening on.*127.0.0.1:\\([0-9]*\\)$/\\1/p' "
                    + temp + "/log); [ -n \"$port\" ] && break; sleep 0.1; done; "
                    + "echo hello | socat -t 20 STDIO TCP:127.0.0.1:$port; kill $!; wait", "socat", "seq");
            same("HELLO\n", out);
        });
        cases.put("python3: child, signal, descriptors", () -> same("True True -15 [HELLO] 7\n",
                python("""
                        import os, signal, subprocess
                        p = subprocess.Popen(["kakuri-ta", "ta_probe", "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                        p.stdout.readline()
                        parent = [l.split()[1] for l in open(f"/proc/{p.pid}/status") if l.startswith("PPid")][0]
                        chld = []
                        signal.signal(signal.SIGCHLD, lambda *_: chld.append(1))
                        p.send_signal(signal.SIGTERM)
                        status = p.wait()
                        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                        up = subprocess.run(["kakuri-ta", "ta_upper"], input=b"hello", capture_output=True).stdout.decode()
                        code = subprocess.call(["kakuri-ta", "ta_probe", "exit", "7"])
                        print(parent == str(os.getpid()), len(chld) == 1, status, f"[{up}]", code)
                        """)));
        cases.put("curl and a web server in the TA, on a socket that python3 passes", () -> {
            need("curl");
            same("a129ca6149be45e5\n16 good bad 0\n", python("""
                    import socket, subprocess
                    print(subprocess.run(["kakuri-ta", "ta_httpd", "selftest"], capture_output=True, text=True).stdout.strip(), flush=True)
                    s = socket.create_server(("127.0.0.1", 0))
                    p = subprocess.Popen(["kakuri-ta", "ta_httpd", str(s.fileno())], pass_fds=[s.fileno()])
                    url = f"http://127.0.0.1:{s.getsockname()[1]}"
                    def curl(path):
                        return subprocess.run(["curl", "-sS", "--max-time", "50", url + path], capture_output=True, text=True).stdout.strip()
                    tag = curl("/sign/some-text")
                    print(len(tag), curl(f"/check/{tag}/some-text"), curl(f"/check/{tag}/other"), end=" ")
                    curl("/end")
                    print(p.wait())
                    """));
        });
        cases.put("a sealed key: signed lines, a changed one, a key of somebody else's", () -> {
            String key = temp.resolve("key").toString();
            String out = shell("kakuri-ta ta_hmac selftest; kakuri-ta ta_hmac keygen >" + key
                    + "; printf 'one\\ntwo\\n' | kakuri-ta ta_hmac sign 3 3<" + key + " >" + file + "; cut -d' ' -f3 "
                    + file
                    + "; kakuri-ta ta_hmac check 3 3<" + key + " <" + file + "; echo $?; sed s/two/too/ " + file
                    + " | kakuri-ta ta_hmac check 3 3<" + key + " | cut -d' ' -f4; head -c 50 " + key + " >" + key
                    + "2; kakuri-ta ta_hmac sign 3 3<" + key + "2 </dev/null 2>/dev/null; echo $?");
            same("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\none\ntwo\n0\ntoo\n3\n", out);
        });
        cases.put("a pooled shadow: pipeline, statuses, arguments", () -> {
            pooled();
            same("HELLO\n7\nta_probe\nx y\n134\n127\n", shell("echo hello | kakuri-ta-pool ta_upper | cat; "
                    + "kakuri-ta-pool ta_probe exit 7; echo $?; "
                    + "kakuri-ta-pool ta_probe args 'x y'; kakuri-ta-pool ta_probe trap 2>/dev/null; echo $?; "
                    + "kakuri-ta-pool none 2>/dev/null; echo $?", "cat"));
        });
        cases.put("a pooled shadow: descriptors, SIGPIPE, signals", () -> {
            pooled();
            same("0\n1\n2\n9\n141 0\n143\n130\n", shell("kakuri-ta-pool ta_probe fds 9</dev/null; "
                    + "kakuri-ta-pool ta_probe flood | head -c 1 >/dev/null; echo \"${PIPESTATUS[*]}\"; "
                    + "for s in TERM INT; do coproc kakuri-ta-pool ta_probe wait; read -r r <&${COPROC[0]}; "
                    + "kill -$s $COPROC_PID; wait $COPROC_PID 2>/dev/null; echo $?; done"));
        });
        cases.put("a TA whose place was prepared", () -> {
            Process first = environment(new ProcessBuilder(starter.toString(), "quick")).start();
            await("nothing is prepared while the first runs", () -> worlds().size() == 2);
            String own = shell(worldsInUse());
            first.getOutputStream().close();
            same("0", "" + first.waitFor());
            await("the first one's place stays",
                    () -> worlds().size() == 1 && !own.strip().equals("" + world().pid()));
            long prepared = world().pid();
            String out = shell("coproc kakuri-ta quick; echo b >&${COPROC[1]}; read -r b <&${COPROC[0]}; echo $b "
                    + "$(" + worldsInUse() + "); "
                    + "eval \"exec ${COPROC[1]}>&-\"; wait $COPROC_PID");
            same("B " + prepared + "\n", out);
            await("nothing is prepared again", () -> worlds().size() == 1);
            world().destroyForcibly();
            same("C\n", shell("echo c | kakuri-ta quick"));
            Files.delete(temp.resolve("workspace/tas/quick.properties"));
            await("another is not prepared", () -> worlds().size() == 1);
            world().destroyForcibly();
            same("D\n", shell("echo d | kakuri-ta ta_upper"));
        });
        cases.put("C: posix_spawn, pipes, waitpid", () -> {
            Path program = client();
            holds(shell(program + " transfer kakuri-ta ta_probe exit 9").contains("eof\nexited 9\n"), "exit 9");
        });
        return cases;
    }

    private void pooled() {
        if (!Files.exists(starter.resolveSibling("kakuri-ta-pool"))) {
            throw new Skipped("no C compiler was there to make kakuri-ta-pool");
        }
    }

    // ---- who dies, in which state ----

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

    private Map<String, Case> killed() {
        Map<String, Case> cases = new LinkedHashMap<>();
        for (State state : STATES) {
            cases.put("kill -9 of the shadow, " + state.name(), () -> kill(state, shadow -> pid(shadow)));
            cases.put("kill -9 of the secure world, " + state.name(), () -> kill(state, shadow -> world()));
            cases.put("kill -9 of a pooled shadow, " + state.name(), () -> {
                pooled();
                kill(state, _ -> pooledShadow(), "kakuri-ta-pool");
            });
            cases.put("kill -9 of the CA, " + state.name(), () -> killClient(state));
            cases.put("kill -9 of the workbench, " + state.name(), () -> {
                kill(state, shadow -> workbench.toHandle());
                workbench.waitFor();
                start();
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
        return workbench.descendants()
                .filter(process -> command(process.pid()).endsWith(" pool "))
                .max(java.util.Comparator.comparingInt(TaAcceptance::openFiles))
                .orElseThrow();
    }

    private static int openFiles(ProcessHandle process) {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return (int) all.count();
        } catch (IOException gone) {
            return 0;
        }
    }

    private void kill(State state, Victim victim, String start) throws Exception {
        Process ca = begin(state, start);
        try (BufferedReader lines = ca.inputReader()) {
            long shadow = Long.parseLong(expect(lines, "pid ").substring("pid ".length()));
            expect(lines, "first");
            await("the secure world does not come", () -> worlds().size() == 1);
            victim.of(shadow).destroyForcibly();
            same(state.end(), lines.readLine());
            same("signal 9", lines.readLine());
            holds(ca.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS), "the CA hangs");
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
        List<String> command = new ArrayList<>(List.of(client().toString(), state.state(), start));
        command.addAll(state.ta());
        return environment(new ProcessBuilder(command)).redirectError(temp.resolve("err").toFile()).start();
    }

    private static String expect(BufferedReader lines, String start) throws IOException {
        String line = lines.readLine();
        holds(line != null && line.startsWith(start), "the CA said " + line + ", not " + start);
        return line;
    }

    private static ProcessHandle pid(long number) {
        return ProcessHandle.of(number).orElseThrow(() -> new AssertionError("no process " + number));
    }

    /** A command that prints the process of each running TA's place. */
    private String worldsInUse() {
        return home.resolve("kakuri") + " --live tz:ps --json | tr ',' '\\n' | sed -n 's/.*\"world\" *: *//p'";
    }

    private ProcessHandle world() {
        return worlds().getFirst();
    }

    private List<ProcessHandle> worlds() {
        return workbench.descendants().filter(process -> command(process.pid()).contains(" --domain ")).toList();
    }

    // ---- the surroundings ----

    private void start() throws Exception {
        Path log = temp.resolve("workbench");
        baseline = -1;
        workbench = environment(new ProcessBuilder(home.resolve("kakuri").toString(), "--headless"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await("the workbench does not start: " + content(log),
                () -> content(log).contains(" runs; ") || !workbench.isAlive());
        same("HELLO\n", shell("echo hello | kakuri-ta ta_upper"));
        if (Files.exists(starter.resolveSibling("kakuri-ta-pool"))) {
            same("HELLO\n", shell("echo hello | kakuri-ta-pool ta_upper"));
            await("no shadow waits", () -> workbench.descendants()
                    .anyMatch(process -> command(process.pid()).endsWith(" pool ") && openFiles(process) > 4));
        }
        nothingRemains();
        baseline = descriptors();
    }

    /** Descriptors that a workbench has for TAs: sockets, memory, processes; jars come and go as classes are loaded. */
    private int descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + workbench.pid() + "/fd"))) {
            return (int) all.map(TaAcceptance::link)
                    .filter(link -> link.matches("(socket:|pipe:|anon_inode:|/memfd:).*"))
                    .count();
        }
    }

    private static String link(Path path) {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /** But the workbench and its guardian everything must go by itself, and the workbench must be as it was. */
    private void nothingRemains() throws Exception {
        await("still there: " + others().map(process -> process.pid() + " " + command(process.pid())).toList(),
                () -> others().findAny().isEmpty());
        if (baseline >= 0 && workbench.isAlive()) {
            await("the workbench had " + baseline + " sockets, pipes and memory files and has more now", () -> {
                try {
                    return descriptors() <= baseline;
                } catch (IOException e) {
                    return false;
                }
            });
            await("a call page stays mapped",
                    () -> !content(Path.of("/proc/" + workbench.pid() + "/maps")).contains("call page"));
        }
    }

    private Stream<ProcessHandle> others() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.pid() != workbench.pid())
                .filter(process -> !content(Path.of("/proc/" + process.pid() + "/stat")).replaceFirst("(?s).*\\) ", "")
                        .matches("(?s)(Z.*|X.*|)"))
                .filter(process -> !workbench.isAlive() || !command(process.pid()).contains("kakuri-guardian")
                        && !command(process.pid()).endsWith(" pool "));
    }

    /** A shell for which no signal is ignored, whatever this process was started with (nohup, for one). */
    private String shell(String script, String... programs) throws Exception {
        return run(List.of("env", "--default-signal", "bash", "-c", script), programs);
    }

    private String python(String script) throws Exception {
        return run(List.of("python3", "-c", script), "python3");
    }

    private String run(List<String> command, String... programs) throws Exception {
        need(programs);
        Path out = Files.createTempFile(temp, "out", "");
        Path errors = temp.resolve("err");
        Process process = environment(new ProcessBuilder(command)).redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("hangs; it said: " + content(out) + content(errors));
        }
        String text = Files.readString(out, StandardCharsets.UTF_8);
        Files.delete(out);
        return text;
    }

    private void need(String... programs) {
        for (String program : programs) {
            holds(PROGRAMS.contains(program), "not listed: " + program);
            boolean found = Stream.of(System.getenv("PATH").split(":"))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
            if (!found) {
                throw new Skipped("no " + program + " on the PATH");
            }
        }
    }

    /** The client in C, compiled once. */
    private Path client() throws Exception {
        Path program = temp.resolve("ca_launch");
        if (!Files.exists(program)) {
            run(List.of("cc", "-O2", "-o", program.toString(),
                    home.resolve("workspace/guests/tz/ca_launch.c").toString()), "cc");
            holds(Files.exists(program), content(temp.resolve("err")));
        }
        return program;
    }

    private ProcessBuilder environment(ProcessBuilder builder) {
        Map<String, String> environment = builder.environment();
        environment.put("TMPDIR", temp.resolve("tmp").toString());
        environment.put("XDG_RUNTIME_DIR", temp.resolve("run").toString());
        environment.merge("PATH", starter.getParent().toString(), (path, own) -> own + ":" + path);
        environment.put("KAKURI_WORKSPACE", temp.resolve("workspace").toString());
        environment.put("LC_ALL", "C");
        return builder;
    }

    private static int number(String signal) {
        return Map.of("HUP", 1, "INT", 2, "KILL", 9, "USR1", 10, "TERM", 15).get(signal);
    }

    private static void await(String otherwise, BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            holds(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) < PATIENCE_MILLIS, otherwise);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void same(String expected, String found) {
        holds(expected.equals(found), "[" + found + "] instead of [" + expected + "]");
    }

    private static void holds(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static String command(long pid) {
        return content(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private void report(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        StringBuilder text = new StringBuilder("<testsuite>\n");
        results.forEach((name,
                result) -> text.append("<testcase classname=\"%s\" name=\"%s\">%s</testcase>%n".formatted(
                        TaAcceptance.class.getName(), escaped(name), result.isEmpty() ? ""
                                : "<%s message=\"%s\"/>".formatted(result.startsWith("skipped") ? "skipped" : "failure",
                                        escaped(result)))));
        Files.writeString(file, text.append("</testsuite>\n"));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;").replaceAll("\\p{Cntrl}", "?");
    }
}
