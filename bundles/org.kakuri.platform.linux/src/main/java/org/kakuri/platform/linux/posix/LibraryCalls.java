package org.kakuri.platform.linux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.kakuri.platform.linux.Errno;

/**
 * The calls of a {@link PosixLibrary} before they have names: their memory, the handlers that run between them, and that they are
 * made again. One thread.
 */
final class LibraryCalls implements AutoCloseable {

    static final long DATA_BYTES = 1 << 17;
    static final int PAIR_BYTES = 8;
    static final int RECORD_BYTES = 32;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final PosixCalls posix;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> levels = new ArrayList<>(List.of(arena.allocate(DATA_BYTES, 8)));
    private final long[] slots = new long[6];
    private final Map<Integer, Installed> handlers = new HashMap<>();

    private MemorySegment data = levels.getFirst();
    private int level;

    private record Installed(PosixSignals.Handler handler, int flags) {}

    LibraryCalls(PosixCalls posix) {
        this.posix = posix;
    }

    PosixCalls posix() {
        return posix;
    }

    /** Where arguments are put and results are found; another place while handlers run. */
    MemorySegment data() {
        return data;
    }

    void handle(int signal, PosixSignals.Handler handler, int flags) {
        handlers.put(signal, new Installed(handler, flags));
    }

    void forget(int signal) {
        handlers.remove(signal);
    }

    long call(PosixOp op, long length, long... arguments) {
        Arrays.fill(slots, 0);
        System.arraycopy(arguments, 0, slots, 0, arguments.length);
        return posix.call(op, slots, data, length);
    }

    long plain(PosixOp op, long... arguments) {
        return restarting(() -> call(op, 0, arguments));
    }

    long restarting(LongSupplier call) {
        long result = call.getAsLong();
        while (safepoint() && result == -Errno.EINTR) {
            result = call.getAsLong();
        }
        return result;
    }

    int put(long at, byte[] bytes) {
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, at, bytes.length);
        return bytes.length;
    }

    long put(long at, String path) {
        return put(at, path.getBytes(StandardCharsets.UTF_8));
    }

    byte[] get(long at, long length) {
        return data.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Runs handlers of signals that came; whether some ran and all allow a call to be made again. */
    boolean safepoint() {
        if (!posix.signalled()) {
            return false;
        }
        level++;
        if (level == levels.size()) {
            levels.add(arena.allocate(DATA_BYTES, 8));
        }
        data = levels.get(level);
        try {
            return runHandlers();
        } finally {
            level--;
            data = levels.get(level);
        }
    }

    /** With memory of its own: that of the call that was interrupted still holds its arguments or its result. */
    boolean runHandlers() {
        boolean restart = true;
        boolean ran = false;
        long before = 0;
        while (true) {
            long signal = call(PosixOp.SIGNEXT, 0, ran ? 1 : 0, before, RECORD_BYTES + 8);
            if (signal <= 0) {
                return ran && restart;
            }
            PosixSignals.Taken taken = taken();
            before = data.get(LONG, RECORD_BYTES);
            Installed installed = handlers.get((int) signal);
            if (installed != null) {
                restart &= (installed.flags & PosixLibrary.SA_RESTART) != 0;
                installed.handler.handle(taken);
            }
            ran = true;
        }
    }

    PosixSignals.Taken taken() {
        return new PosixSignals.Taken(data.get(INT, 0), data.get(INT, 4), data.get(INT, 8), data.get(INT, 12),
                data.get(LONG, 16));
    }

    int named(PosixOp op, String name, long... more) {
        long length = put(0, name);
        long[] arguments = new long[more.length + 1];
        arguments[0] = length;
        System.arraycopy(more, 0, arguments, 1, more.length);
        return (int) restarting(() -> {
            put(0, name);
            return call(op, length, arguments);
        });
    }

    int pair(long result, int[] pair) {
        if (result == 0) {
            pair[0] = data.get(INT, 0);
            pair[1] = data.get(INT, 4);
        }
        safepoint();
        return (int) result;
    }

    /** Gives the program what a call found. */
    void copy(long n, byte[] bytes) {
        if (n > 0) {
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, bytes, 0, (int) n);
        }
    }

    /** Frees memory. */
    @Override
    public void close() {
        arena.close();
    }
}
