package org.kakuri.domain.internal.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.kakuri.domain.internal.wire.FrameSocket;
import org.kakuri.domain.internal.wire.FrameSocket.Incoming;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.ProtocolViolation;
import org.kakuri.domain.internal.wire.WireCodec;
import org.kakuri.api.runtime.DomainHosts;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.UnixSocketPair;
import org.kakuri.platform.linux.WakeFd;
import org.kakuri.platform.linux.posix.GuestSignals;

/**
 * The thread of a child: starts it (a parent-death signal is tied to the thread that did), receives what it sends, notices when
 * it dies or falls silent, and removes every trace of it.
 */
final class Watch {
    /** How long a child that closed its socket, or was told to end, may take to end by itself. */
    static final Duration GRACE = Duration.ofSeconds(3);
    /** How long the kernel may take to end a killed process. */
    static final Duration REAP = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(Watch.class.getName());

    private final HostProcess.Start start;
    private final HostSettings settings;
    private final Calls calls;
    private final OutputTail tail = new OutputTail();
    private final CompletableFuture<Message.Hello> hello = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final WakeFd wake = WakeFd.create();
    private final UnixSocketPair pair = UnixSocketPair.stream();
    private final FrameSocket socket;
    private final Heartbeat heartbeat;

    private volatile boolean ending;
    private final String mark = ProcessHandle.current().pid() + "-" + UUID.randomUUID();
    private volatile int pid;

    private ChildProcess child;
    private Fd output;
    private boolean socketOpen = true;
    private boolean outputOpen = true;
    private boolean closedByUs;
    private boolean killedByUs;
    /** Why the child will be or was killed. */
    private Optional<String> verdict = Optional.empty();
    private long killAt = Long.MAX_VALUE;

    Watch(HostProcess.Start start, HostSettings settings, WireCodec codec, Calls calls) {
        this.start = start;
        this.settings = settings;
        this.calls = calls;
        this.socket = new FrameSocket(pair.left(), codec);
        this.heartbeat = new Heartbeat(settings.missedLimit());
    }

    FrameSocket socket() {
        return socket;
    }

    OutputTail output() {
        return tail;
    }

    int pid() {
        return pid;
    }

    /** What the child and everything it starts carry in their environment. */
    String mark() {
        return mark;
    }

    CompletableFuture<Message.Hello> hello() {
        return hello;
    }

    /** Returns whether this is the first call: only one caller ends the session gently. */
    boolean closeOnce() {
        return closing.compareAndSet(false, true);
    }

    /** Tells the child by the end of the socket to end, and kills it if it does not within {@link #GRACE}. */
    void end() {
        ending = true;
        try {
            wake.wake();
        } catch (IllegalStateException alreadyOver) {
            LOG.log(System.Logger.Level.DEBUG, "{0} has ended already", start.name());
        }
    }

    void run() {
        try {
            try {
                spawn();
                watch();
            } catch (RuntimeException e) {
                verdict = Optional.of(child == null ? e.getMessage() : "could not be watched: " + e.getMessage());
                killedByUs = true;
            } finally {
                cleanUp();
            }
        } finally {
            pair.right().close();
            socket.close();
            wake.close();
            HostProcess.delete(start.folder());
        }
    }

    private void spawn() {
        try (Pipe pipe = Pipe.open()) {
            output = pipe.reader().dup();
            Spawn program = Spawn.program(start.program());
            child = (start.identity() ? GuestSignals.prepare(program) : program)
                    .arguments(start.arguments())
                    .give(pair.right(), HostProcess.CONTROL)
                    .give(pipe.writer(), 1)
                    .give(pipe.writer(), 2)
                    .variable(DomainHosts.MARK, mark)
                    .newProcessGroup()
                    .start();
            pid = child.pid();
        } finally {
            pair.right().close();
        }
    }

    private void watch() {
        PollSet set = new PollSet(4);
        long beat = settings.heartbeat().toNanos();
        long now = System.nanoTime();
        long nextBeat = now + beat;
        long helloBy = now + settings.start().toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(1 << 16);
            while (true) {
                set.clear();
                int ended = set.add(child.pidFd().fd(), PollSet.IN);
                int woken = set.add(wake.fd(), PollSet.IN);
                int said = outputOpen ? set.add(output, PollSet.IN) : -1;
                int sent = socketOpen ? set.add(socket.fd(), PollSet.IN) : -1;
                long next = killAt == Long.MAX_VALUE ? nextBeat : Math.min(nextBeat, killAt);
                set.poll(Math.max(0, TimeUnit.NANOSECONDS.toMillis(next - System.nanoTime()) + 1));
                if (said >= 0 && set.ready(said) != 0) {
                    readOutput(buffer);
                }
                if (sent >= 0 && set.ready(sent) != 0) {
                    receive();
                }
                if (set.ready(ended) != 0) {
                    drain(buffer);
                    return;
                }
                if (set.ready(woken) != 0) {
                    wake.reset();
                    socket.endSending();
                    closedByUs = verdict.isEmpty();
                    killBy("did not end within " + GRACE.toSeconds() + " s of being told to", GRACE);
                }
                now = System.nanoTime();
                if (now >= nextBeat) {
                    nextBeat = now + beat;
                    beat(now >= helloBy);
                }
                if (killAt != Long.MAX_VALUE && System.nanoTime() >= killAt) {
                    killAt = Long.MAX_VALUE;
                    killedByUs = true;
                    child.signalGroup(Signals.SIGKILL);
                }
            }
        }
    }

    private void beat(boolean tooLateForHello) {
        if (!hello.isDone()) {
            if (tooLateForHello) {
                killBy("did not come up within " + settings.start().toMillis() + " ms", Duration.ZERO);
            }
            return;
        }
        if (ending || !socketOpen) {
            return;
        }
        if (heartbeat.missed() && heartbeat.isHung()) {
            killBy("hung: it left %d questions unanswered, one every %d ms".formatted(heartbeat.unanswered(),
                    settings.heartbeat().toMillis()), Duration.ZERO);
            return;
        }
        try {
            heartbeat.asked(socket.trySend(new Message.Ping(heartbeat.next())));
        } catch (NativeException gone) {
            socketOpen = false;
            killBy("closed its control socket", GRACE);
        }
    }

    /** The first verdict stays; a child that is to end anyway gets none that would blame it before its time is over. */
    private void killBy(String why, Duration in) {
        if (verdict.isEmpty()) {
            verdict = Optional.of(why);
            killAt = System.nanoTime() + in.toNanos();
        }
    }

    private void receive() {
        try {
            switch (socket.receive()) {
            case Incoming.More _ -> heartbeat.heard();
            case Incoming.End _ -> {
                socketOpen = false;
                killBy("closed its control socket", GRACE);
            }
            case Incoming.Frame(Message message, var descriptors) -> {
                heartbeat.heard();
                if (!descriptors.isEmpty()) {
                    descriptors.forEach(Fd::close);
                    throw new ProtocolViolation("descriptors to the parent: count=" + descriptors.size());
                }
                take(message);
            }
            }
        } catch (ProtocolViolation e) {
            socketOpen = false;
            verdict = Optional.of("broke the protocol: " + e.getMessage());
            killAt = System.nanoTime();
            closedByUs = false;
        }
    }

    private void take(Message message) {
        switch (message) {
        case Message.Hello first -> {
            if (first.version() != Message.VERSION) {
                throw new ProtocolViolation("version %d of the protocol, not %d".formatted(first.version(),
                        Message.VERSION));
            }
            if (!hello.complete(first)) {
                throw new ProtocolViolation("a second hello");
            }
        }
        case Message.Pong(long number) -> heartbeat.answered(number);
        default -> calls.take(message);
        }
    }

    private void readOutput(MemorySegment buffer) {
        long n = FdIo.read(output, buffer);
        tail.add(buffer.asSlice(0, n));
        outputOpen = n > 0;
    }

    /** What a child sent before its death counts. What its descendants write afterwards does not keep us. */
    private void drain(MemorySegment buffer) {
        PollSet one = new PollSet(1);
        one.add(socket.fd(), PollSet.IN);
        while (socketOpen && one.poll(0) > 0) {
            receive();
        }
        one.clear();
        one.add(output, PollSet.IN);
        for (long left = 2L * OutputTail.BYTES; outputOpen && left > 0 && one.poll(0) > 0; left -= buffer.byteSize()) {
            readOutput(buffer);
        }
    }

    /** The child leads its process group, so until it is reaped both numbers belong to nobody else. */
    private void cleanUp() {
        Optional<ExitStatus> status = Optional.empty();
        if (child != null) {
            child.signalGroup(Signals.SIGKILL);
            child.pidFd().awaitEnd(REAP);
            int left = StragglerSweep.kill(mark);
            if (left > 0) {
                LOG.log(System.Logger.Level.DEBUG, "{0} left {1} processes, which were killed", start.name(), left);
            }
            status = child.waitFor(REAP);
            child.pidFd().close();
        }
        Optional<String> why = killedByUs ? verdict : Optional.empty();
        Loss loss = new Obituary(start.name(), pid, settings, tail).write(closedByUs, why, status);
        if (status.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, loss.reason());
        }
        calls.lose(loss);
        hello.completeExceptionally(loss.toException(false));
        if (output != null) {
            output.close();
        }
    }
}
