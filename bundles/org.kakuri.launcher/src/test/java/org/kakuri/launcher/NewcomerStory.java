package org.kakuri.launcher;

import static org.kakuri.launcher.ScriptRuns.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What somebody new does, by the script alone: makes a backend of their own outside of the tree, builds it, has it
 * installed into a workbench that runs, finds it in lists and matrix, runs tz/ipc on it, changes it, is told by its
 * tests when it does not do what it says, derives a variant with prices, removes it. One workbench runs all the time.
 * <p>
 * Run from its source file, with the JDK alone: {@code NewcomerStory WORKSPACE [XML-REPORT]}. Exit code 1 if the story
 * goes otherwise.
 */
final class NewcomerStory {
    private static final long STEP_SECONDS = 120;
    private static final String OFFLINE = "(?s).*(Unknown host|Could not transfer|offline mode).*";

    private final ScriptRuns runs;
    private final Path plugin;
    private int steps;

    private NewcomerStory(Path home) throws IOException {
        runs = new ScriptRuns(home, "newcomer");
        plugin = runs.temp().resolve("my tee");
        copy(home.resolve("workspace"), runs.temp().resolve("workspace"));
    }

    public static void main(String[] arguments) throws Exception {
        var story = new NewcomerStory(Path.of(arguments[0]).toAbsolutePath());
        String kind = "";
        String message = "";
        try {
            story.tell();
        } catch (Otherwise e) {
            message = e.getMessage();
            kind = message.matches(OFFLINE) ? "skipped" : "failure";
        } finally {
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
        System.out.println(kind.isEmpty() ? "a newcomer's backend: " + story.steps + " steps went as they should"
                : kind + " at step " + story.steps + ": " + message + "\nsee " + story.runs.temp());
        if (arguments.length > 1) {
            ScriptRuns.report(Path.of(arguments[1]), NewcomerStory.class,
                    "a backend is made, installed, used, changed and removed", kind,
                    message.strip().replaceAll("\\s*\\R\\s*", " | "));
        }
        if (kind.isEmpty()) {
            story.runs.deleteTemp();
        }
        System.exit(kind.equals("failure") ? 1 : 0);
    }

    /** The story went otherwise. */
    private static final class Otherwise extends Exception {
        private static final long serialVersionUID = 1;

        Otherwise(String message) {
            super(message);
        }
    }

    private void tell() throws Exception {
        Path log = runs.temp().resolve("workbench");
        Process workbench = runs.kakuri(log, "--headless");
        ScriptRuns.await(() -> content(log).contains(" runs; ") || !workbench.isAlive(), () -> false);
        says("wb:status").has("pid +" + workbench.pid());
        says("tee:list").hasNot("moat");

        says("wb:new-plugin", "backend", "moat", "--dir", plugin.toString()).has("MoatBackend.java");
        build(0).has("built, [0-9]+ tests passed");
        says("wb:watch", plugin.toString()).has("my tee/target");
        soon("moat +no +any", "tee:list");
        says("sys:matrix").has("^moat +wasm +yes");
        says("tee:info", "moat").has("BOX_ENTER").hasNot("BRIDGE");
        ends(List.of(2), "tee:info", "maot").has("did you mean moat");
        ends(List.of(2), "exp:run", "tz/ipc", "tee=moat").has("--live exp:run tz/ipc tee=moat");
        // A claim may be missed on a busy machine; a trial that fails says so.
        ends(List.of(0, 1), "--live", "exp:run", "tz/ipc", "tee=moat", "mechanism=pipe", "size=64", "--blocks", "2",
                "--iterations", "50",
                "--warmup", "1").has("in wasm on moat, lightweight RPC").has("^rpc +[0-9]+").hasNot("failed");

        forgetToCountTheBridge();
        build(1).has("ledger.declared: Every event").has("MOAT_BRIDGE");
        countTheBridge();
        build(0).has("built, [0-9]+ tests passed");
        soon("MOAT_BRIDGE +the drawbridge goes down", "tee:info", "moat");
        says("tee:derive", "moat", "--name", "deep-moat", "--price", "MOAT_BRIDGE=2us").has("deep-moat");
        says("--live", "rt:run", "wasm", runs.temp().resolve("workspace/guests/demo/walk.wasm").toString(), "--tee",
                "deep-moat", "--events", "--", "4096", "64", "2").has("MOAT_BRIDGE +[1-9]");
        says("tee:drop", "deep-moat").hasNot("deep-moat");

        says("wb:watch", "--stop", plugin.toString()).hasNot("my tee");
        says("wb:remove", "moat").has("org.kakuri.plugin.moat 0.1.0 removed");
        says("tee:list").hasNot("moat").has("trustzone");
        says("wb:status").has("pid +" + workbench.pid()).hasNot("moat");
        says("wb:stop");
        if (!workbench.waitFor(STEP_SECONDS, TimeUnit.SECONDS)) {
            throw new Otherwise("the workbench does not stop");
        }
    }

    /** An event that the rules record and the backend does not name: the contract kit is to say so. */
    private void forgetToCountTheBridge() throws Exception {
        edit("MoatRules.java", "    private volatile MoatWalls walls;", """
                /** Event: the drawbridge goes down because the code asks the host for something. */
                static final String BRIDGE = "MOAT_BRIDGE";

                private volatile MoatWalls walls;""");
        edit("MoatRules.java", "record(LEAVE, 1, bytes);", """
                record(LEAVE, 1, bytes);
                        if (exit instanceof Exit.HostCall) {
                            context.instance().recorder().record(BRIDGE);
                        }""");
    }

    private void countTheBridge() throws Exception {
        edit("MoatBackend.java", "\"the code leaves the box\")", """
                "the code leaves the box",
                            MoatRules.BRIDGE, "the drawbridge goes down for a call")""");
        edit("MoatBackend.java", "new Crossing(MoatRules.LEAVE, 1, intent.bytes()),", """
                new Crossing(MoatRules.LEAVE, 1, intent.bytes()), new Crossing(MoatRules.BRIDGE, 1, 0),""");
    }

    private void edit(String file, String what, String instead) throws Exception {
        Path source = plugin.resolve("src/main/java/org/kakuri/plugin/moat").resolve(file);
        String text = Files.readString(source);
        if (!text.contains(what)) {
            throw new Otherwise(file + " has no " + what);
        }
        Files.writeString(source, text.replace(what, instead));
    }

    private Said build(int code) throws Exception {
        return said(List.of(plugin.resolve("build").toString()), List.of(code));
    }

    /** Runs a command that is to end with 0. */
    private Said says(String... words) throws Exception {
        return ends(List.of(0), words);
    }

    private Said ends(List<Integer> codes, String... words) throws Exception {
        List<String> command = Stream.concat(Stream.of(runs.script().toString()), Stream.of(words)).toList();
        return said(command, codes);
    }

    private void soon(String pattern, String... words) throws Exception {
        long start = System.nanoTime();
        Said last = says(words);
        while (!last.contains(pattern)) {
            if (ScriptRuns.millisSince(start) > STEP_SECONDS * 1000) {
                throw new Otherwise("never there: " + pattern + " in " + last.text());
            }
            last = says(words);
        }
    }

    private Said said(List<String> command, List<Integer> codes) throws Exception {
        steps++;
        Path log = runs.temp().resolve("step-" + steps);
        Process process = runs.start(log, command);
        if (!process.waitFor(STEP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new Otherwise(command + " does not end: " + content(log));
        }
        var said = new Said(command, process.exitValue(), content(log));
        return said.require(codes.contains(said.code()), "ended with " + said.code() + ", not", codes);
    }

    /** What a command said. */
    private record Said(List<String> command, int code, String text) {
        boolean contains(String pattern) {
            return Pattern.compile(pattern, Pattern.MULTILINE).matcher(text).find();
        }

        Said has(String pattern) throws Otherwise {
            return require(contains(pattern), "does not say", pattern);
        }

        Said hasNot(String pattern) throws Otherwise {
            return require(!contains(pattern), "says", pattern);
        }

        private Said require(boolean good, String what, Object wanted) throws Otherwise {
            if (!good) {
                throw new Otherwise(command + " " + what + " " + wanted + ": " + text);
            }
            return this;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(
                    file -> !file.startsWith(from.resolve("results")) && !file.startsWith(from.resolve("variants")))
                    .toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }
}
