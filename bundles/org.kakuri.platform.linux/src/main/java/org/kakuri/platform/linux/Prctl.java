package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Settings of the calling thread, prctl(2). */
public final class Prctl {

    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_GET_PDEATHSIG = 2;
    private static final int PR_SET_NAME = 15;
    private static final int PR_GET_NAME = 16;
    private static final int NAME_BYTES = 16;
    private static final int PR_SET_PTRACER = 0x59616d61;
    private static final long PR_SET_PTRACER_ANY = -1;

    private static final MethodHandle PRCTL = Native.variadic("prctl", 1, INT, INT, LONG, LONG, LONG, LONG);

    private Prctl() {}

    /**
     * The kernel sends this process a signal when the THREAD that started it ends, not only when its process does: start
     * such a child from a thread that lives on. 0 turns it off. If the parent is dead already nothing is sent: compare
     * getppid before and after.
     */
    public static void setParentDeathSignal(int signal) {
        call(PR_SET_PDEATHSIG, signal, "PR_SET_PDEATHSIG");
    }

    /** The signal set with {@link #setParentDeathSignal}, 0 for none. */
    public static int parentDeathSignal() {
        MemorySegment out = Native.scratch(Native.state(), 0, 4);
        call(PR_GET_PDEATHSIG, out.address(), "PR_GET_PDEATHSIG");
        return out.get(INT, 0);
    }

    /**
     * Lets other processes of this user take this one's descriptors and memory, where the Yama security module would let only its
     * ancestors; elsewhere they may already, and this does nothing.
     */
    public static void allowTracing() {
        try {
            call(PR_SET_PTRACER, PR_SET_PTRACER_ANY, "PR_SET_PTRACER");
        } catch (NativeException noYama) {
            if (noYama.errno() != Errno.EINVAL) {
                throw noYama;
            }
        }
    }

    /** The thread's name in the kernel, cut to 15 bytes. */
    public static void setName(String name) {
        call(PR_SET_NAME, Native.path(Native.state(), name).address(), "PR_SET_NAME");
    }

    /** The thread's name in the kernel. */
    public static String name() {
        MemorySegment out = Native.scratch(Native.state(), 0, NAME_BYTES);
        call(PR_GET_NAME, out.address(), "PR_GET_NAME");
        return out.getString(0);
    }

    /** The address, where there is one, is in the thread's own scratch memory, which lives as long as the thread. */
    private static void call(int option, long argument, String name) {
        MemorySegment state = Native.state();
        try {
            int r = Native.result(state, (int) PRCTL.invokeExact(state, option, argument, 0L, 0L, 0L));
            Native.check(r, "prctl", "option=" + name);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
