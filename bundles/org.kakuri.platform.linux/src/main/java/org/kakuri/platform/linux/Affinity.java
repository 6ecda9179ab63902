package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;
import java.util.stream.IntStream;

/** Which cores a thread may run on, sched_setaffinity(2). Threads and children started later inherit it. */
public final class Affinity {

    /** The calling thread, as a thread id. */
    public static final int THIS_THREAD = 0;

    private static final long SET_BYTES = 128;
    private static final int MAX_CPUS = (int) SET_BYTES * 8;
    private static final int SC_NPROCESSORS_ONLN = 84;

    private static final MethodHandle SET = Native.withErrno("sched_setaffinity", INT, INT, LONG, POINTER);
    private static final MethodHandle GET = Native.withErrno("sched_getaffinity", INT, INT, LONG, POINTER);
    private static final MethodHandle SYSCONF = Native.withErrno("sysconf", LONG, INT);

    private Affinity() {}

    /**
     * Cores a thread may run on, ascending.
     *
     * @param tid a thread id, a pid for its main thread, or {@link #THIS_THREAD}
     */
    public static int[] get(int tid) {
        MemorySegment state = Native.state();
        MemorySegment set = Native.scratch(state, 0, SET_BYTES);
        set.fill((byte) 0);
        try {
            Native.check(Native.result(state, (int) GET.invokeExact(state, tid, SET_BYTES, set)), "sched_getaffinity",
                    "tid=" + tid);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return BitSet.valueOf(set.asByteBuffer()).stream().toArray();
    }

    /** Restricts a thread to some cores. Threads of its process that run already are not affected. */
    public static void set(int tid, int... cpus) {
        MemorySegment state = Native.state();
        MemorySegment set = Native.scratch(state, 0, SET_BYTES);
        set.fill((byte) 0);
        for (int cpu : cpus) {
            if (cpu < 0 || cpu >= MAX_CPUS) {
                throw new IllegalArgumentException("no such core: cpu=" + cpu);
            }
            long at = cpu / 64 * 8L;
            set.set(LONG, at, set.get(LONG, at) | 1L << cpu % 64);
        }
        try {
            Native.check(Native.result(state, (int) SET.invokeExact(state, tid, SET_BYTES, set)), "sched_setaffinity",
                    "tid=" + tid + ", cpus=" + IntStream.of(cpus).boxed().toList());
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Cores of this machine that are online. */
    public static int onlineCpus() {
        MemorySegment state = Native.state();
        try {
            return (int) Native.check(Native.result(state, (long) SYSCONF.invokeExact(state, SC_NPROCESSORS_ONLN)),
                    "sysconf", "name=_SC_NPROCESSORS_ONLN");
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
