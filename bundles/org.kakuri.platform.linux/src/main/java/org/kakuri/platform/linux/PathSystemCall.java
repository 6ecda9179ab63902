package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** A system call that names a file, made for somebody else: its number and arguments are his, path and result are ours. */
public final class PathSystemCall {
    private static final MethodHandle CALL = Native.syscall(LONG, LONG, LONG, LONG, LONG, LONG);

    private PathSystemCall() {}

    /**
     * Makes it.
     *
     * @param number its number on this architecture
     * @param arguments its six arguments
     * @param pathArgument which of them is the path
     * @param path what it is instead, absolute
     * @param resultArgument which of them is where the kernel writes; negative if none is
     * @param result where it writes instead
     * @return its result, or {@code -errno}
     */
    public static long make(int number, long[] arguments, int pathArgument, String path, int resultArgument,
            MemorySegment result) {
        long[] own = arguments.clone();
        MemorySegment state = Native.state();
        try {
            own[pathArgument] = Native.path(state, path).address();
            if (resultArgument >= 0) {
                own[resultArgument] = result.address();
            }
            return Native.result(state, (long) CALL.invokeExact(state, (long) number, own[0], own[1], own[2], own[3],
                    own[4], own[5]));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
