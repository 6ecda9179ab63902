package org.kakuri.platform.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Tells a process that outlives this JVM which children there are, so that a JVM that is killed leaves none behind. (A death
 * signal of the kernel would not do: it comes when the thread that started the child ends.) The guardian reads lines from the
 * FIFO that the system property {@value #FIFO} names: {@code + PID} for a child (0: no child), {@code - PID} before it is
 * reaped, so that the number cannot be another process's yet, {@code s PATH} for a socket that is to be deleted. Without the
 * property, as in tests, and if nobody reads, nothing is told.
 * <p>
 * What can be done before a child is there is done by {@link #prepare}: a JVM that is killed between the start of a child and the
 * one write that tells of it leaves this child running.
 */
final class Guardian implements AutoCloseable {

    /** System property. Path of the FIFO. Set by the launcher. */
    static final String FIFO = "kakuri.guardian";

    private final Optional<Fd> writer;

    private Guardian(Optional<Fd> writer) {
        this.writer = writer;
    }

    /** Gets ready to tell of a child. */
    static Guardian prepare() {
        String fifo = System.getProperty(FIFO);
        if (fifo == null) {
            return new Guardian(Optional.empty());
        }
        Guardian ready = open(fifo);
        // By telling of process 0, which never is: all that telling needs is loaded and linked before there is a child.
        ready.started(0);
        return ready;
    }

    private static Guardian open(String fifo) {
        try {
            return new Guardian(Optional.of(PathCalls.open(Path.of(fifo),
                    OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC, 0)));
        } catch (NativeException nobodyReads) {
            System.getLogger(Guardian.class.getName())
                    .log(System.Logger.Level.DEBUG, "the guardian of child processes does not listen", nobodyReads);
            return new Guardian(Optional.empty());
        }
    }

    void started(int pid) {
        // The operator + would link its call site at the first child, in the very moment that must be short.
        tell("+ ".concat(Integer.toString(pid)).concat("\n"));
    }

    /** Tells of a socket, whose path this JVM uses up. */
    static void bound(Path socket) {
        String fifo = System.getProperty(FIFO);
        if (fifo != null) {
            try (Guardian guardian = open(fifo)) {
                guardian.tell("s " + socket.toAbsolutePath() + "\n");
            }
        }
    }

    static void aboutToReap(int pid) {
        String fifo = System.getProperty(FIFO);
        if (fifo != null) {
            try (Guardian guardian = open(fifo)) {
                guardian.tell("- " + pid + "\n");
            }
        }
    }

    private void tell(String line) {
        if (writer.isEmpty()) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            FdIo.write(writer.get(), arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes)));
        } catch (NativeException nobodyReads) {
            System.getLogger(Guardian.class.getName())
                    .log(System.Logger.Level.DEBUG, "the guardian of child processes has gone", nobodyReads);
        }
    }

    @Override
    public void close() {
        writer.ifPresent(Fd::close);
    }
}
