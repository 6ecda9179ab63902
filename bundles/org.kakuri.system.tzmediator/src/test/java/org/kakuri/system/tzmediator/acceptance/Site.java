package org.kakuri.system.tzmediator.acceptance;

import static org.kakuri.system.tzmediator.acceptance.Check.await;
import static org.kakuri.system.tzmediator.acceptance.Check.command;
import static org.kakuri.system.tzmediator.acceptance.Check.content;
import static org.kakuri.system.tzmediator.acceptance.Check.holds;
import static org.kakuri.system.tzmediator.acceptance.Check.same;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.kakuri.system.tzmediator.acceptance.Check.Skipped;

/** Where the cases are tried: a real workbench with folders of its own, programs started beside it, and what remains of them. */
final class Site {
    private static final Set<String> PROGRAMS = new TreeSet<>(
            Set.of("bash", "cat", "curl", "socat", "python3", "cc", "nohup", "seq", "sha256sum"));

    private final Path home;
    private final Path temp;
    private final Path starter;
    private Process workbench;
    private int baseline = -1;

    Site(Path home) throws IOException {
        this.home = home;
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

    Path home() {
        return home;
    }

    Path temp() {
        return temp;
    }

    Path starter() {
        return starter;
    }

    Process workbench() {
        return workbench;
    }

    void pooled() {
        if (!Files.exists(starter.resolveSibling("kakuri-ta-pool"))) {
            throw new Skipped("no C compiler was there to make kakuri-ta-pool");
        }
    }

    static int openFiles(ProcessHandle process) {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return (int) all.count();
        } catch (IOException gone) {
            return 0;
        }
    }

    /** A command that prints the process of each running TA's place. */
    String worldsInUse() {
        return home.resolve("kakuri") + " --live tz:ps --json | tr ',' '\\n' | sed -n 's/.*\"world\" *: *//p'";
    }

    ProcessHandle world() {
        return worlds().getFirst();
    }

    List<ProcessHandle> worlds() {
        return workbench.descendants().filter(process -> command(process.pid()).contains(" --domain ")).toList();
    }

    void start() throws Exception {
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
            return (int) all.map(Site::link)
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
    void nothingRemains() throws Exception {
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

    Stream<ProcessHandle> others() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.pid() != workbench.pid())
                .filter(process -> !content(Path.of("/proc/" + process.pid() + "/stat")).replaceFirst("(?s).*\\) ", "")
                        .matches("(?s)(Z.*|X.*|)"))
                .filter(process -> !workbench.isAlive() || !command(process.pid()).contains("kakuri-guardian")
                        && !command(process.pid()).endsWith(" pool "));
    }

    /** A shell for which no signal is ignored, whatever this process was started with (nohup, for one). */
    String shell(String script, String... programs) throws Exception {
        return run(List.of("env", "--default-signal", "bash", "-c", script), programs);
    }

    String python(String script) throws Exception {
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
        if (!process.waitFor(Check.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("hangs; it said: " + content(out) + content(errors));
        }
        String text = Files.readString(out, StandardCharsets.UTF_8);
        Files.delete(out);
        return text;
    }

    void need(String... programs) {
        for (String program : programs) {
            holds(PROGRAMS.contains(program), "not listed: " + program);
            boolean found = Stream.of(System.getenv("PATH").split(":"))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
            if (!found) {
                throw new Skipped("no " + program + " on the PATH");
            }
        }
    }

    /** A client in C of {@code workspace/guests/tz}, compiled once. */
    Path compiled(String name) throws Exception {
        Path program = temp.resolve(name);
        if (!Files.exists(program)) {
            run(List.of("cc", "-O2", "-o", program.toString(),
                    home.resolve("workspace/guests/tz/" + name + ".c").toString()), "cc");
            holds(Files.exists(program), content(temp.resolve("err")));
        }
        return program;
    }

    ProcessBuilder environment(ProcessBuilder builder) {
        Map<String, String> environment = builder.environment();
        environment.put("TMPDIR", temp.resolve("tmp").toString());
        environment.put("XDG_RUNTIME_DIR", temp.resolve("run").toString());
        environment.merge("PATH", starter.getParent().toString(), (path, own) -> own + ":" + path);
        environment.put("KAKURI_WORKSPACE", temp.resolve("workspace").toString());
        environment.put("LC_ALL", "C");
        return builder;
    }
}
