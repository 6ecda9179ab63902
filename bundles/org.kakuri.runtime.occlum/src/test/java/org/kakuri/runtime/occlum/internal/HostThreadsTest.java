package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Deadline;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.Signals;

/**
 * The queue of scone's system calls: how many calls of a process the kernel executes at once is seen in /proc, not guessed from times.
 */
@Timeout(60)
class HostThreadsTest {
    private static final int READ = 0;
    private static final int NANOSLEEP = 35;
    private static final int THREADS = 8;
    private static final long PATIENCE = 20_000_000_000L;

    @TempDir
    static Path folder;
    private static Path program;

    @BeforeAll
    static void compile() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
        Path source = folder.resolve("threads.c");
        try (InputStream in = HostThreadsTest.class.getResourceAsStream("threads.c")) {
            Files.copy(in, source);
        }
        program = folder.resolve("threads");
        assertEquals(0, new ProcessBuilder("/usr/bin/gcc", "-O1", "-Wall", "-Werror", "-pthread", "-o",
                program.toString(), source.toString()).inheritIO().start().waitFor());
    }

    private static List<String> line(String what, int n) {
        return List.of(program.toString(), what, Integer.toString(n));
    }

    private static RuntimeSession open(Bench bench, String... options) {
        return bench.open("scone", new RuntimeImage(RuntimeImage.Kind.PROGRAM, program), options);
    }

    private static GuestProcess start(RuntimeSession session, String what, int n, Pipe in) {
        return session.spawn(new Command(line(what, n), Bench.ENVIRONMENT,
                List.of(GuestDescriptor.passed(0, in.reader().number())), Map.of()));
    }

    private static int end(GuestProcess guest) {
        return guest.waitFor(Deadline.inSeconds(20)).orElseThrow().status().orElse(-1);
    }

    /** The threads the kernel executes a call for, and how many the tracer holds before it. */
    private record Seen(List<Integer> executing, int held) {
        static Seen of(RuntimeSession session, GuestProcess guest, int call) {
            try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid(session, guest) + "/task"))) {
                List<Path> all = tasks.filter(task -> text(task, "syscall").startsWith(call + " ")).toList();
                return new Seen(all.stream()
                        .filter(task -> text(task, "status").contains("State:\tS (sleeping)"))
                        .map(task -> Integer.valueOf(task.getFileName().toString()))
                        .toList(),
                        (int) all.stream()
                                .filter(task -> text(task, "status").contains("State:\tt (tracing stop)"))
                                .count());
            } catch (IOException ended) {
                return new Seen(List.of(), 0);
            }
        }

        private static String text(Path task, String file) {
            try {
                return Files.readString(task.resolve(file));
            } catch (IOException endedMeanwhile) {
                return "";
            }
        }

        /** Twice the same, so that it is no moment in passing. */
        static Seen await(int executing, int held, RuntimeSession session, GuestProcess guest, int call) {
            long until = System.nanoTime() + PATIENCE;
            Seen before = null;
            Seen now = of(session, guest, call);
            while (!(now.executing().size() == executing && now.held() == held && now.equals(before))) {
                assertTrue(System.nanoTime() < until, "not %d and %d, but %s".formatted(executing, held, now));
                LockSupport.parkNanos(2_000_000);
                before = now;
                now = of(session, guest, call);
            }
            return now;
        }
    }

    private static int pid(RuntimeSession session, GuestProcess guest) {
        return (int) session.placement(guest).hostPid();
    }

    /** Interrupts the call of one thread. A signal for the process could interrupt the next one too. */
    @SuppressWarnings("restricted")
    private static void interrupt(int pid, int thread) throws Throwable {
        var linker = Linker.nativeLinker();
        var tgkill = linker.downcallHandle(linker.defaultLookup().findOrThrow("tgkill"), FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        assertEquals(0, (int) tgkill.invokeExact(pid, thread, Signals.SIGUSR1));
    }

    private static long count(RuntimeSession session, String event) {
        return session.ledger().count(event).count();
    }

    private static String note(RuntimeSession session) {
        return session.report().notes().stream().filter(n -> n.startsWith("queue of")).findFirst().orElseThrow();
    }

    @Test
    void asManyCallsAtOnceAsThereAreHostThreads() throws Exception {
        try (Bench bench = Bench.none();
                Pipe in = Pipe.open();
                RuntimeSession session = open(bench, "queue.threads=" + THREADS, "queue.supplement=needed")) {
            GuestProcess guest = start(session, "sleep", THREADS, in);
            Seen.await(THREADS, 0, session, guest, NANOSLEEP);

            assertEquals(0, count(session, "queue.wait"));
            guest.kill("seen");
            guest.waitFor(Deadline.inSeconds(20)).orElseThrow();
        }
    }

    @Test
    void oneHostThreadExecutesOneCallAfterTheOther() throws Throwable {
        try (Bench bench = Bench.none();
                Pipe in = Pipe.open();
                RuntimeSession session = open(bench, "queue.threads=1", "queue.supplement=needed")) {
            GuestProcess guest = start(session, "sleep", THREADS, in);
            for (int left = THREADS; left > 0; left--) {
                Seen now = Seen.await(1, left - 1, session, guest, NANOSLEEP);
                interrupt(pid(session, guest), now.executing().getFirst());
            }

            assertEquals(0, end(guest));
            assertEquals(THREADS - 1, count(session, "queue.wait"));
            assertEquals(0, count(session, "queue.supplement"));
            assertTrue(note(session).contains("at most %d at once".formatted(THREADS - 1)), note(session));
            assertTrue(session.report().phases().get("queue") > 0, session.report().phases() + "");
        }
    }

    @Test
    void threadsAreAddedWhileAllAreBlocked() throws Exception {
        try (Bench bench = Bench.none();
                Pipe in = Pipe.open();
                RuntimeSession session = open(bench, "queue.threads=2")) {
            GuestProcess guest = start(session, "read", THREADS, in);
            Seen.await(THREADS, 0, session, guest, READ);
            assertEquals(THREADS - 2, count(session, "queue.supplement"));
            assertEquals(THREADS - 2, count(session, "queue.wait"));
            long waited = session.report().phases().get("queue");
            assertTrue(waited > 0);
            assertEquals(waited, session.report().phases().get("queue"), "nobody waits in the queue any more");

            try (Arena arena = Arena.ofConfined()) {
                FdIo.writeFully(in.writer(), arena.allocate(THREADS));
            }
            assertEquals(0, end(guest));

            GuestProcess sleepers = start(session, "sleep", THREADS, in);
            Seen.await(THREADS, 0, session, sleepers, NANOSLEEP);
            assertEquals(2 * (THREADS - 2), count(session, "queue.supplement"), "another instance has its own threads");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"any", "needed"})
    void threadsThatWaitForEachOtherEndWithOneHostThread(String supplement) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "strace is not installed");
        Path table = folder.resolve("table-" + supplement);
        Bench.natively(Stream.concat(Stream.of("/usr/bin/strace", "-f", "-c", "-o", table.toString()),
                line("pingpong", 200).stream()).toList());
        var expected = new TreeMap<String, Long>();
        for (String row : Files.readAllLines(table)) {
            String[] fields = row.strip().split(" +");
            expected.put(fields[fields.length - 1], fields.length > 4 && fields[3].matches("[0-9]+")
                    ? Long.parseLong(fields[3])
                    : 0);
        }
        try (Bench bench = Bench.none()) {
            Bench.Ran ran;
            try (RuntimeSession session = open(bench, "queue.threads=1", "queue.supplement=" + supplement)) {
                ran = Bench.run(session, line("pingpong", 200));
            }

            assertEquals(0, ran.status(), ran.reason());
            assertEquals(1, ran.events().count("queue.supplement").count());
            assertTrue(expected.get("read") > 400 && expected.get("write") == 400, expected + "");
            for (String call : List.of("read", "write", "pipe2", "openat", "close", "mmap")) {
                assertEquals(expected.getOrDefault(call, 0L), ran.calls(call), call);
            }
            assertEquals(ran.report().wholeNanos(),
                    ran.report().phases().values().stream().mapToLong(Long::longValue).sum());
        }
    }

    @Test
    void requestsAreWhatLeftAndAvoidedExitsWhatDidNotCross() throws Exception {
        try (Bench bench = Bench.none()) {
            Bench.Ran ran = bench.run("scone", List.of("/bin/dash", "-c", "/bin/true; /bin/echo"));

            long births = ran.report()
                    .calls()
                    .stream()
                    .filter(call -> List.of("vfork", "clone", "execve", "exit_group").contains(call.name()))
                    .mapToLong(SessionReport.Call::forwarded)
                    .sum();
            long forwarded = ran.report().calls().stream().mapToLong(SessionReport.Call::forwarded).sum();
            assertTrue(births > 0);
            assertEquals(forwarded - births, ran.events().count("queue.request").count());
            assertEquals(ran.events().count("syscall.slot").count() - births,
                    ran.events().count("queue.exit.avoided").count());
            assertEquals(0, ran.events().count("queue.wait").count(), "nobody runs beside anybody of one instance");
        }
    }

    /** Calls that never return: their process ends, executes another program, or is killed. */
    @ParameterizedTest
    @CsvSource({"leave,7", "become,0", "kill,-1"})
    void heldThreadsGoWithTheirProcess(String how, int status) throws Exception {
        try (Bench bench = Bench.none(); Pipe in = Pipe.open()) {
            try (RuntimeSession session = open(bench, "queue.threads=1", "queue.supplement=needed")) {
                GuestProcess guest = start(session, how, THREADS, in);
                Seen.await(1, THREADS - 1, session, guest, NANOSLEEP);
                if (how.equals("kill")) {
                    guest.kill("enough");
                } else {
                    Signals.killRaw(pid(session, guest), Signals.SIGUSR2);
                }
                GuestExit exit = guest.waitFor(Deadline.inSeconds(20)).orElseThrow();
                assertEquals(status, exit.status().orElse(-1), exit.reason());
            }
        }
        assertEquals(0, ProcessHandle.current().children().count());
        assertEquals(List.of(), Thread.getAllStackTraces()
                .keySet()
                .stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("kakuri-tracer") || name.startsWith("kakuri-inside"))
                .toList());
    }

    @Test
    void inModeFastThereIsNoQueue() throws Exception {
        try (Bench bench = Bench.none(); RuntimeSession session = open(bench, "mode=fast", "queue.threads=1")) {
            Bench.Ran ran = Bench.run(session, line("pingpong", 20));
            assertEquals(0, ran.status());
            assertEquals(0, ran.events().count("queue.request").count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue.threads=0", "queue.threads=257", "queue.threads=x", "queue.threads=-1",
        "queue.supplement=never"})
    void badOptionsAreRefused(String option) {
        try (Bench bench = Bench.none()) {
            String message = assertThrows(UsageError.class, () -> bench.host("scone", option)).getMessage();
            assertTrue(message.startsWith("option " + option), message);
        }
    }
}
