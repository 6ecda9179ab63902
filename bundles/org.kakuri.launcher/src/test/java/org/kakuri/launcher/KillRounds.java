package org.kakuri.launcher;

import static org.kakuri.launcher.ScriptRuns.await;
import static org.kakuri.launcher.ScriptRuns.content;
import static org.kakuri.launcher.ScriptRuns.millisSince;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Kills a workbench with SIGKILL at random moments, from before it listens until well after guests run in it, one as an ordinary
 * process and one in a domain host. After each kill every process it started must go by itself, and the next one-shot command
 * must run without a complaint and leave no socket, lock or folder of the dead one. This process is made the one that orphans
 * are handed to, so that none is overlooked.
 *
 * <p>
 * Run from its source file, with the JDK alone: {@code KillRounds WORKSPACE ROUNDS SEED [XML-REPORT]}. Exit code 1 if something
 * remained.
 */
final class KillRounds {
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final long GONE_SECONDS = 30;
    private static final long STARTED_SECONDS = 120;

    /** Says "guest waits", reads a byte from its standard input and ends: fd_write(1, ...), fd_read(0, ...). */
    private static final String WAITING_GUEST = "0061736d01000000010c0260000060047f7f7f7f017f02440216776173695f736e617073686f745f"
            + "70726576696577310866645f7772697465000116776173695f736e617073686f745f707265766965"
            + "77310766645f726561640001030201000503010001071302066d656d6f72790200065f7374617274"
            + "00020a1a011800410141084101411810001a410041004101411810011a0b0b32010041000b2c1000"
            + "000001000000200000000c0000000000000000000000000000000000000067756573742077616974"
            + "730a";

    private final ScriptRuns runs;
    private final Path temp;
    private final Path guest;
    private final Random random;
    private final List<String> problems = new ArrayList<>();
    private final List<String> moments = new ArrayList<>();
    private long fullStartMillis;
    private long longestMillis;

    private KillRounds(Path workspace, long seed) throws IOException {
        runs = new ScriptRuns(workspace, "kill");
        temp = runs.temp();
        guest = temp.resolve("waits.wasm");
        random = new Random(seed);
        Files.write(guest, waitingGuest());
    }

    private static byte[] waitingGuest() {
        return HexFormat.of().parseHex(WAITING_GUEST);
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[1]);
        long seed = Long.parseLong(arguments[2]);
        adoptOrphans();
        var run = new KillRounds(Path.of(arguments[0]).toAbsolutePath(), seed);
        try {
            run.all(rounds);
        } finally {
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
        System.out.printf("%d workbenches killed (seed %d): %s; %s%n", rounds, seed, run.moments(),
                run.problems.isEmpty()
                        ? "nothing remained; the slowest process was gone after " + run.longestMillis + " ms"
                        : run.problems.size() + " problems");
        run.problems.forEach(System.out::println);
        if (arguments.length > 3) {
            ScriptRuns.report(Path.of(arguments[3]), KillRounds.class, rounds + " workbenches killed",
                    run.problems.isEmpty() ? "" : "failure", run.problems.isEmpty() ? "" : run.problems.getFirst());
        }
        if (run.problems.isEmpty()) {
            run.runs.deleteTemp();
        } else {
            System.out.println("what they left is in " + run.temp);
        }
        System.exit(run.problems.isEmpty() ? 0 : 1);
    }

    /** prctl(2): orphans among the descendants of this process become its children. */
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

    private void all(int rounds) throws IOException, InterruptedException {
        for (int round = 0; round < rounds; round++) {
            // The first is killed when all runs, which tells how long that takes; the others at any time until half as much later, early ones more often.
            round(round,
                    round == 0 ? Long.MAX_VALUE : (long) (Math.pow(random.nextDouble(), 2) * 1.5 * fullStartMillis));
        }
    }

    private void round(int round, long killAfterMillis) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Path log = temp.resolve("workbench-" + round);
        Process workbench = runs.kakuri(log, "--headless");
        List<Process> clients = new ArrayList<>();
        String moment = "before it listened";
        BooleanSupplier time = () -> millisSince(start) >= killAfterMillis;
        if (await(() -> content(log).contains(" runs; ") || !workbench.isAlive(), time)) {
            moment = "while guests started";
            Path domain = temp.resolve("domain-" + round);
            clients.add(runs.kakuri(temp.resolve("plain-" + round), "--live", "rt:run", "plain", "/bin/sleep", "--tee",
                    "none", "--", "1000"));
            clients.add(runs.kakuri(domain, "--live", "rt:run", "wasm", guest.toString(), "--domain"));
            if (await(() -> guestsRun(workbench, domain) || !workbench.isAlive(), time)) {
                moment = "while guests ran";
                fullStartMillis = Math.max(fullStartMillis, millisSince(start));
                await(() -> false, () -> killAfterMillis == Long.MAX_VALUE || time.getAsBoolean());
            }
        }
        if (!workbench.isAlive()) {
            problem(round, "the workbench did not start: " + content(log));
        }
        if (killAfterMillis == Long.MAX_VALUE && !moment.equals("while guests ran")) {
            problem(round, "the guests did not start: " + clients.stream()
                    .map(client -> client.pid() + " "
                            + client.isAlive())
                    .toList() + content(log) + content(temp.resolve("domain-" + round))
                    + content(temp.resolve("plain-" + round)));
        }
        moments.add(moment);
        kill(workbench);
        check(round, moment);
    }

    /** The ordinary process is one by that name; the guest in the domain host is heard by who asked for it. */
    private static boolean guestsRun(Process workbench, Path domain) {
        return content(domain).contains("guest waits")
                && workbench.descendants().anyMatch(process -> command(process.pid()).startsWith("/bin/sleep"));
    }

    private static void kill(Process workbench) throws InterruptedException {
        workbench.destroyForcibly();
        workbench.waitFor();
    }

    private void check(int round, String moment) throws IOException, InterruptedException {
        long killed = System.nanoTime();
        boolean gone = await(() -> living().isEmpty(), () -> millisSince(killed) > GONE_SECONDS * 1000);
        longestMillis = Math.max(longestMillis, millisSince(killed));
        if (!gone) {
            problem(round, "killed %s, still there after %d s: %s".formatted(moment, GONE_SECONDS, living()));
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        }
        Path log = temp.resolve("next-" + round);
        Process next = runs.kakuri(log, "wb:status");
        if (!next.waitFor(STARTED_SECONDS, TimeUnit.SECONDS)) {
            problem(round, "killed " + moment + ", the next start hangs");
            next.destroyForcibly();
        } else if (next.exitValue() != 0 || content(log).contains("kakuri:")
                || !content(log).contains("act on no workbench")) {
            problem(round, "killed %s, the next start says, with code %d: %s".formatted(moment, next.exitValue(),
                    content(log)));
        }
        List<String> left = left();
        if (!left.isEmpty()) {
            problem(round, "killed " + moment + ", left behind after the next start: " + left);
        }
    }

    /** Processes that came from a workbench and have not ended; this process is to reap them, and does not. */
    private static List<String> living() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> !content(Path.of("/proc/" + process.pid() + "/stat")).replaceFirst("(?s).*\\) ", "")
                        .matches("(?s)(Z.*|X.*|)"))
                .map(process -> process.pid() + " " + command(process.pid()))
                .toList();
    }

    private List<String> left() throws IOException {
        var left = new TreeSet<String>();
        for (Path place : List.of(temp.resolve("tmp"), temp.resolve("run"))) {
            try (Stream<Path> files = Files.walk(place)) {
                files.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) || hasPid(file))
                        .map(file -> temp.relativize(file).toString())
                        .filter(file -> !file.endsWith("/turn"))
                        .forEach(left::add);
            } catch (UncheckedIOException | NoSuchFileException changing) {
                left.add(place + " changes: " + changing.getMessage());
            }
        }
        return List.copyOf(left);
    }

    private boolean hasPid(Path folder) {
        return folder.getFileName().toString().matches("[0-9]+-[0-9]+");
    }

    private static String command(long pid) {
        return content(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
    }

    private void problem(int round, String text) {
        problems.add("round " + round + ": " + text.strip().replaceAll("\\s*\\R\\s*", " | "));
    }

    private String moments() {
        return Stream.of("before it listened", "while guests started", "while guests ran")
                .map(moment -> moments.stream().filter(moment::equals).count() + " " + moment)
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
    }
}
