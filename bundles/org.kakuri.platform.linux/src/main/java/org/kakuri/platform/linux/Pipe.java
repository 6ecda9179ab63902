package org.kakuri.platform.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A pipe: what is written to {@code writer} is read from {@code reader}. Both ends are close-on-exec.
 *
 * @param reader the end to read from
 * @param writer the end to write to
 */
public record Pipe(Fd reader, Fd writer) implements AutoCloseable {

    private static final MethodHandle PIPE2 = Native.withErrno("pipe2", Native.INT, Native.POINTER, Native.INT);
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_GETPIPE_SZ = 1032;

    /** Makes a pipe of the kernel's default capacity. */
    public static Pipe open() {
        MemorySegment state = Native.state();
        MemorySegment both = Native.scratch(state, 0, 8);
        try {
            int r = Native.result(state, (int) PIPE2.invokeExact(state, both, OpenFlags.O_CLOEXEC));
            Native.check(r, "pipe2", "");
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return new Pipe(Fd.own(both.get(Native.INT, 0)), Fd.own(both.get(Native.INT, 4)));
    }

    /** pipe2(2), close-on-exec: two ints into {@code pair}, the reader first. */
    public static int openRaw(MemorySegment pair, int flags) {
        return (int) Native.call(s -> (int) PIPE2.invokeExact(s, pair, flags | OpenFlags.O_CLOEXEC));
    }

    /** Bytes the pipe can hold. */
    public int capacity() {
        return writer.fcntl(F_GETPIPE_SZ, 0);
    }

    /** Asks for a capacity in bytes; returns the one given, which is at least as large. */
    public int setCapacity(int bytes) {
        return writer.fcntl(F_SETPIPE_SZ, bytes);
    }

    /** Closes both ends. */
    @Override
    public void close() {
        reader.close();
        writer.close();
    }
}
