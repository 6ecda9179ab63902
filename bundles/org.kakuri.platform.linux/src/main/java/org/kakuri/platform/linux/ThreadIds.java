package org.kakuri.platform.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The kernel's numbers for the calling thread and its process. */
public final class ThreadIds {

    private static final MethodHandle GETTID = Native.syscall();
    private static final MethodHandle GETPPID = Native.plain("getppid", Native.INT);

    private ThreadIds() {}

    /** The calling thread's id. */
    public static int tid() {
        MemorySegment state = Native.state();
        try {
            return (int) Native.result(state, (long) GETTID.invokeExact(state, SystemCalls.GETTID));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** This process's parent now. */
    public static int parentPid() {
        try {
            return (int) GETPPID.invokeExact();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
