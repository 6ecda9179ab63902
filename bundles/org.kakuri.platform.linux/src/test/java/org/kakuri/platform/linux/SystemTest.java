package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.platform.linux.BlockingCalls.Outcome;

@Timeout(60)
class SystemTest {

    private static final int SELF = (int) ProcessHandle.current().pid();

    @Test
    void passesDescriptorsWithBytes() {
        try (UnixSocketPair sockets = UnixSocketPair.stream();
                Pipe pipe = Pipe.open();
                Arena arena = Arena.ofConfined()) {
            FdPassing.send(sockets.left(), new byte[] {1, 2, 3}, List.of(pipe.reader(), pipe.writer()));
            try (FdPassing.Message message = FdPassing.receive(sockets.right(), 3, 2)) {
                assertArrayEquals(new byte[] {1, 2, 3}, message.bytes());
                assertEquals(2, message.descriptors().size());
                assertTrue(message.descriptors().getFirst().isCloseOnExec());
                FdIo.writeFully(message.descriptors().getLast(), arena.allocate(4));
                assertEquals(4, FdIo.read(pipe.reader(), arena.allocate(8)));
            }
        }
    }

    @Test
    void cutOffDescriptorsAreAnErrorAndDoNotLeak() {
        List<Integer> before = ProcFs.openDescriptors();
        try (UnixSocketPair sockets = UnixSocketPair.messages(); Pipe pipe = Pipe.open()) {
            FdPassing.send(sockets.left(), new byte[1],
                    List.of(pipe.reader(), pipe.writer(), pipe.reader(), pipe.writer()));
            NativeException e = assertThrows(NativeException.class,
                    () -> FdPassing.receive(sockets.right(), 1, 2));
            assertEquals("recvmsg failed: errno=EMSGSIZE, fd=" + sockets.right().number()
                    + ", received=1 of 1, descriptors cut off", e.getMessage());
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    @Test
    void shortOrEndedMessagesAreErrors() {
        try (UnixSocketPair sockets = UnixSocketPair.stream()) {
            FdPassing.send(sockets.left(), new byte[2], List.of());
            assertEquals(Errno.EMSGSIZE,
                    assertThrows(NativeException.class, () -> FdPassing.receive(sockets.right(), 3, 0)).errno());
            sockets.left().close();
            assertEquals(Errno.ECONNRESET,
                    assertThrows(NativeException.class, () -> FdPassing.receive(sockets.right(), 3, 0)).errno());
            assertEquals(Errno.EPIPE, assertThrows(NativeException.class,
                    () -> FdPassing.send(sockets.right(), new byte[1], List.of())).errno());
            assertEquals("a message needs at least one byte to carry descriptors",
                    assertThrows(IllegalArgumentException.class,
                            () -> FdPassing.send(sockets.right(), new byte[0], List.of())).getMessage());
        }
    }

    @Test
    void wakeEndsABlockingRead() throws Exception {
        try (Pipe pipe = Pipe.open(); WakeFd wake = WakeFd.create(); Arena arena = Arena.ofShared()) {
            CompletableFuture<Outcome> read = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                Prctl.setName("wakeable-reader");
                read.complete(BlockingCalls.read(pipe.reader(), arena.allocate(8), wake));
            });
            TestThreads.awaitBlockedInKernel("wakeable-reader");
            wake.wake();
            assertEquals(new Outcome.Woken(), read.join());
            assertTrue(wake.isWoken());
            assertTrue(wake.reset());
            assertFalse(wake.reset());
            assertFalse(wake.isWoken());
        }
    }

    @Test
    void blockingCallsReportWhatHappened() {
        try (Pipe pipe = Pipe.open(); WakeFd wake = WakeFd.create(); Arena arena = Arena.ofConfined()) {
            assertEquals(new Outcome.TimedOut(),
                    BlockingCalls.read(pipe.reader(), arena.allocate(8), wake, Duration.ZERO));
            assertEquals(new Outcome.Done(3), BlockingCalls.write(pipe.writer(), arena.allocate(3), wake));
            assertEquals(new Outcome.Done(3), BlockingCalls.read(pipe.reader(), arena.allocate(8), wake));
            pipe.writer().close();
            assertEquals(new Outcome.Done(0), BlockingCalls.read(pipe.reader(), arena.allocate(8), wake));
            wake.wake();
            assertEquals(new Outcome.Woken(), BlockingCalls.read(pipe.reader(), arena.allocate(8), wake));
        }
    }

    @Test
    void pollTellsWhichDescriptorsAreReady() {
        try (Pipe a = Pipe.open(); Pipe b = Pipe.open(); Arena arena = Arena.ofConfined()) {
            PollSet set = new PollSet(3);
            int first = set.add(a.reader(), PollSet.IN);
            int second = set.add(b.reader(), PollSet.IN);
            assertEquals(0, set.poll(0));
            FdIo.writeFully(b.writer(), arena.allocate(1));
            a.writer().close();
            assertEquals(2, set.poll(-1));
            assertEquals(PollSet.HUP, set.ready(first));
            assertEquals(PollSet.IN, set.ready(second));
            set.add(9999, PollSet.IN);
            assertEquals(3, set.poll(0));
            assertEquals(PollSet.NVAL, set.ready(2));
            assertEquals("the poll set is full: capacity=3",
                    assertThrows(IllegalStateException.class, () -> set.add(1, 0)).getMessage());
            assertThrows(IndexOutOfBoundsException.class, () -> set.ready(3));
        }
    }

    /** A signal is waited for in a child, because every thread of this JVM would have to block it. */
    @Test
    void queuedValueReachesAWaitingJvm() throws Exception {
        try (ChildJvm child = ChildJvm.start(SignalEcho.class, List.of(), Signals.SIGRTMIN)) {
            child.expect("ready");
            Signals.queue(child.pid(), Signals.SIGRTMIN, -12345);
            child.expect("await " + new SignalInfo(Signals.SIGRTMIN, SignalInfo.SI_QUEUE, SELF, uid(), -12345));
            Signals.queue(child.pid(), Signals.SIGRTMIN, 678);
            child.expect("signalfd " + new SignalInfo(Signals.SIGRTMIN, SignalInfo.SI_QUEUE, SELF, uid(), 678));
            assertEquals(new ExitStatus.Exited(0), child.process().waitFor());
        }
    }

    private static int uid() {
        return Integer.parseInt(ProcFs.status(SELF).get("Uid").split("\\s")[0]);
    }

    /** Runs in the child. */
    static final class SignalEcho {
        public static void main(String[] arguments) {
            try (SignalFd signals = SignalFd.open(Signals.SIGRTMIN)) {
                System.out.println("ready");
                System.out.println("await " + Signals.await(Duration.ofSeconds(30), Signals.SIGRTMIN).orElseThrow());
                System.out.println("signalfd " + signals.read());
            }
        }
    }

    @Test
    void blockingIsPerThread() throws Exception {
        TestThreads.run(() -> {
            Signals.block(Signals.SIGALRM);
            assertTrue(Signals.isBlocked(Signals.SIGALRM));
            assertEquals(Optional.empty(), Signals.await(Duration.ZERO, Signals.SIGALRM));
            Signals.unblock(Signals.SIGALRM);
            assertFalse(Signals.isBlocked(Signals.SIGALRM));
        });
        assertFalse(Signals.isBlocked(Signals.SIGALRM));
    }

    @Test
    void signalNamesAndNumbers() {
        assertEquals(15, Signals.number("TERM"));
        assertEquals(15, Signals.number("SIGTERM"));
        assertEquals(37, Signals.number("SIGRTMIN+3"));
        assertEquals("SIGRTMIN+3", Signals.name(37));
        assertEquals("SIGSYS", Signals.name(31));
        assertEquals("signal32", Signals.name(32));
        assertEquals("unknown signal: name=FOO; expected one such as SIGTERM or SIGRTMIN+1",
                assertThrows(IllegalArgumentException.class, () -> Signals.number("FOO")).getMessage());
        assertEquals("not a signal programs may use: signal=33",
                assertThrows(IllegalArgumentException.class, () -> Signals.block(33)).getMessage());
        assertEquals("pid=-1 would reach more than one process; use killRaw if meant",
                assertThrows(IllegalArgumentException.class, () -> Signals.kill(-1, 15)).getMessage());
    }

    @Test
    void affinityCanBeNarrowedAndRestored() throws Exception {
        TestThreads.run(() -> {
            int[] all = Affinity.get(Affinity.THIS_THREAD);
            assertTrue(all.length >= 1 && all.length <= Affinity.onlineCpus());
            Affinity.set(Affinity.THIS_THREAD, all[all.length - 1]);
            assertArrayEquals(new int[] {all[all.length - 1]}, Affinity.get(ThreadIds.tid()));
            Affinity.set(Affinity.THIS_THREAD, all);
            assertArrayEquals(all, Affinity.get(Affinity.THIS_THREAD));
        });
        assertEquals("sched_setaffinity failed: errno=EINVAL, tid=0, cpus=[1000]",
                assertThrows(NativeException.class, () -> Affinity.set(0, 1000)).getMessage());
        assertEquals("no such core: cpu=-1",
                assertThrows(IllegalArgumentException.class, () -> Affinity.set(0, -1)).getMessage());
    }

    @Test
    void pidFdSignalsAndCopiesDescriptors() {
        try (Pipe pipe = Pipe.open();
                ChildProcess child = Spawn.program("/bin/sleep").arguments("1000").give(pipe.writer(), 20).start();
                PidFd pidFd = PidFd.open(child.pid());
                Arena arena = Arena.ofConfined()) {
            try (Fd copy = pidFd.getFd(20)) {
                FdIo.writeFully(copy, arena.allocate(5));
            }
            assertEquals(5, FdIo.read(pipe.reader(), arena.allocate(8)));
            assertEquals(Errno.EBADF, assertThrows(NativeException.class, () -> pidFd.getFd(21)).errno());
            try (PidFd passed = PidFd.copyOf(pidFd.fd())) {
                assertEquals(child.pid(), passed.pid());
            }
            assertEquals(Errno.EBADF,
                    assertThrows(NativeException.class, () -> PidFd.copyOf(pipe.reader())).errno());
            assertFalse(pidFd.hasEnded());
            pidFd.sendSignal(Signals.SIGTERM);
            assertTrue(pidFd.awaitEnd(Duration.ofSeconds(30)));
            assertEquals(List.of(child.pid()), ProcFs.children(SELF).stream().filter(p -> p == child.pid()).toList());
            assertEquals(new ExitStatus.Killed(Signals.SIGTERM, false), child.waitFor());
            assertEquals("pidfd_send_signal failed: errno=ESRCH, pid=" + child.pid()
                    + ", signal=SIGTERM; no such process; it has ended",
                    assertThrows(NativeException.class, () -> pidFd.sendSignal(Signals.SIGTERM)).getMessage());
        }
        assertEquals(Errno.ESRCH, assertThrows(NativeException.class, () -> PidFd.open(0x3fffff)).errno());
    }

    @Test
    void usageGrowsWithWork() {
        ResourceUsage before = ResourceUsage.ofThread();
        ResourceUsage used = before;
        while (used.userNanos() + used.systemNanos() < 5_000_000) {
            used = ResourceUsage.ofThread().since(before);
        }
        assertTrue(ResourceUsage.ofSelf().userNanos() > 0);
        assertTrue(ResourceUsage.ofSelf().maxResidentBytes() > 10_000_000);
        assertTrue(ResourceUsage.ofChildren().userNanos() >= 0);
    }

    @Test
    void threadNameIdAndParentDeathSignal() throws Exception {
        TestThreads.run(() -> {
            Prctl.setName("a-name-that-is-too-long");
            assertEquals("a-name-that-is-", Prctl.name());
            assertTrue(ThreadIds.tid() > 0);
            Prctl.setParentDeathSignal(Signals.SIGTERM);
            assertEquals(Signals.SIGTERM, Prctl.parentDeathSignal());
            Prctl.setParentDeathSignal(0);
            assertEquals(0, Prctl.parentDeathSignal());
        });
        assertEquals(ProcessHandle.current().parent().orElseThrow().pid(), ThreadIds.parentPid());
    }

    @Test
    void procFsDescribesProcesses() {
        try (Pipe pipe = Pipe.open()) {
            Map<Integer, String> open = ProcFs.descriptors(SELF);
            assertTrue(open.get(pipe.reader().number()).startsWith("pipe:["));
            assertEquals(open.get(pipe.reader().number()), open.get(pipe.writer().number()));
        }
        assertEquals(String.valueOf(SELF), ProcFs.status(SELF).get("Pid"));
        assertTrue(ProcFs.mappings(SELF) > 10);
        assertTrue(ProcFs.isRunning(SELF));
        assertFalse(ProcFs.isRunning(0x3fffff));
        assertEquals("cannot list /proc/4194303/fd; has process 4194303 ended?",
                assertThrows(java.io.UncheckedIOException.class, () -> ProcFs.descriptors(0x3fffff)).getMessage());
    }

    @Test
    void unknownArchitectureIsRefused() {
        assertTrue(SystemCalls.isX86("amd64"));
        assertFalse(SystemCalls.isX86("aarch64"));
        assertEquals("unsupported architecture: os.arch=riscv64; Kakuri runs on amd64 and aarch64",
                assertThrows(UnsupportedOperationException.class, () -> SystemCalls.isX86("riscv64")).getMessage());
    }

    @Test
    void sequenceOfRecordsDecodes() {
        try (Arena arena = Arena.ofConfined()) {
            var info = arena.allocate(128, 8);
            info.set(Native.INT, 0, 34);
            info.set(Native.INT, 8, -1);
            info.set(Native.INT, 16, 100);
            info.set(Native.INT, 20, 1000);
            info.set(Native.INT, 24, 7);
            assertEquals(new SignalInfo(34, -1, 100, 1000, 7), SignalInfo.decode(info));
            var usage = arena.allocate(144, 8);
            usage.set(Native.LONG, 0, 1);
            usage.set(Native.LONG, 8, 2);
            usage.set(Native.LONG, 16, 3);
            usage.set(Native.LONG, 24, 4);
            usage.set(Native.LONG, 32, 5);
            usage.set(Native.LONG, 64, 6);
            usage.set(Native.LONG, 72, 7);
            usage.set(Native.LONG, 128, 8);
            usage.set(Native.LONG, 136, 9);
            assertEquals(new ResourceUsage(1_000_002_000L, 3_000_004_000L, 8, 9, 5120, 6, 7),
                    ResourceUsage.decode(usage));
        }
    }
}
