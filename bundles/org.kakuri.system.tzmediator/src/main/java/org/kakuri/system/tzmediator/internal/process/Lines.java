package org.kakuri.system.tzmediator.internal.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.kakuri.api.Deadline;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.PollSet;

/** Reads and writes what control pipes carry, never longer than a deadline and not after a cancellation. */
final class Lines {
    private static final long SLICE_MILLIS = 50;
    private static final int LONGEST = 4096;

    private Lines() {}

    /** Why a wait ended. */
    enum Waited {
        READY, TIMED_OUT, CANCELLED
    }

    /** Waits until there is something to read, or the end. */
    static Waited await(Fd fd, Deadline deadline, BooleanSupplier cancelled) {
        PollSet set = new PollSet(1);
        set.add(fd, PollSet.IN);
        while (true) {
            Duration left = deadline.remaining();
            if (set.poll(Math.min(SLICE_MILLIS, left.toMillis() + 1)) > 0) {
                return Waited.READY;
            }
            if (cancelled.getAsBoolean()) {
                return Waited.CANCELLED;
            }
            if (left.isZero()) {
                return Waited.TIMED_OUT;
            }
        }
    }

    /** Writes a line. */
    static void write(Fd fd, String line) {
        try (Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(fd, arena.allocateFrom(ValueLayout.JAVA_BYTE,
                    (line + "\n").getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Reads up to a line feed; null at the end. */
    static String read(Fd fd) {
        StringBuilder line = new StringBuilder();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            while (line.length() < LONGEST) {
                if (FdIo.read(fd, one) == 0) {
                    return null;
                }
                byte b = one.get(ValueLayout.JAVA_BYTE, 0);
                if (b == '\n') {
                    return line.toString();
                }
                line.append((char) b);
            }
        }
        throw new IllegalStateException("a line of more than " + LONGEST + " bytes on " + fd);
    }
}
