package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What a process or thread has used, getrusage(2).
 *
 * @param userNanos             time in user mode, ns (resolution: microseconds)
 * @param systemNanos           time in the kernel, ns (resolution: microseconds)
 * @param voluntarySwitches     context switches because it waited
 * @param involuntarySwitches   context switches because its time was over or someone went first
 * @param maxResidentBytes      largest resident set so far; for {@link #ofChildren} that of the largest child
 * @param minorFaults           page faults served without I/O
 * @param majorFaults           page faults that needed I/O
 */
public record ResourceUsage(long userNanos, long systemNanos, long voluntarySwitches, long involuntarySwitches,
        long maxResidentBytes, long minorFaults, long majorFaults) {

    /** Size of {@code struct rusage} of 64-bit Linux. */
    static final long BYTES = 144;

    private static final int RUSAGE_SELF = 0;
    private static final int RUSAGE_CHILDREN = -1;
    private static final int RUSAGE_THREAD = 1;

    private static final MethodHandle GETRUSAGE = Native.withErrno("getrusage", Native.INT, Native.INT,
            Native.POINTER);

    /** Of this process, all threads. */
    public static ResourceUsage ofSelf() {
        return get(RUSAGE_SELF);
    }

    /** Of all children that ended and were waited for, and theirs. */
    public static ResourceUsage ofChildren() {
        return get(RUSAGE_CHILDREN);
    }

    /** Of the calling thread. */
    public static ResourceUsage ofThread() {
        return get(RUSAGE_THREAD);
    }

    private static ResourceUsage get(int who) {
        MemorySegment state = Native.state();
        MemorySegment usage = Native.scratch(state, 0, BYTES);
        try {
            int r = Native.result(state, (int) GETRUSAGE.invokeExact(state, who, usage));
            Native.check(r, "getrusage", "who=" + who);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return decode(usage);
    }

    /** Reads {@code struct rusage}. */
    static ResourceUsage decode(MemorySegment usage) {
        return new ResourceUsage(time(usage, 0), time(usage, 16), usage.get(LONG, 128), usage.get(LONG, 136),
                usage.get(LONG, 32) * 1024, usage.get(LONG, 64), usage.get(LONG, 72));
    }

    private static long time(MemorySegment usage, long at) {
        return usage.get(LONG, at) * 1_000_000_000L + usage.get(LONG, at + 8) * 1000;
    }

    /** What was used since {@code earlier}; the largest resident set stays that of now. */
    public ResourceUsage since(ResourceUsage earlier) {
        return new ResourceUsage(userNanos - earlier.userNanos, systemNanos - earlier.systemNanos,
                voluntarySwitches - earlier.voluntarySwitches, involuntarySwitches - earlier.involuntarySwitches,
                maxResidentBytes, minorFaults - earlier.minorFaults, majorFaults - earlier.majorFaults);
    }
}
