package org.kakuri.system.tzmediator.internal.process;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What a client application reports about one block of round trips. Native byte order; must match {@code struct block} of
 * {@code workspace/guests/tz/ca.c}.
 * <table border="1">
 * <caption>Header, 64 bytes; then the times</caption>
 * <tr><th>offset</th><th>size</th><th>field</th></tr>
 * <tr><td>0</td><td>8</td><td>magic</td></tr>
 * <tr><td>8</td><td>8</td><td>outcome</td></tr>
 * <tr><td>16</td><td>8</td><td>count</td></tr>
 * <tr><td>24</td><td>8</td><td>mismatches</td></tr>
 * <tr><td>32</td><td>8</td><td>errno of a failed call</td></tr>
 * <tr><td>40</td><td>8</td><td>CPU time, ns; 0 where it cannot be told</td></tr>
 * <tr><td>48</td><td>8</td><td>voluntary context switches</td></tr>
 * <tr><td>56</td><td>8</td><td>involuntary context switches</td></tr>
 * </table>
 *
 * @param outcome how the block ended
 * @param mismatches replies that were not what they had to be
 * @param errno of a failed call
 * @param cpuNanos CPU time of the client
 * @param voluntarySwitches context switches because it waited
 * @param involuntarySwitches context switches because it had to make room
 * @param nanos each round trip's time, in ns
 */
public record CaBlock(Outcome outcome, long mismatches, int errno, long cpuNanos, long voluntarySwitches,
        long involuntarySwitches, long[] nanos) {
    /** Bytes before the times. */
    public static final int HEADER_BYTES = 64;

    /** "KAKBLK1", little-endian. */
    private static final long MAGIC = 0x314b4c424b414bL;

    /** How a block ended; the order is that of {@code enum outcome}. */
    public enum Outcome {
        /** All round trips were made and every reply was right. */
        DONE,
        /** All were made, some replies were wrong. */
        WRONG_PAYLOAD,
        /** The partner closed its end. */
        PARTNER_ENDED,
        /** A read or write of the client failed. */
        CALL_FAILED
    }

    /** Returns the same block with other times. */
    public CaBlock timed(long[] other) {
        return new CaBlock(outcome, mismatches, errno, cpuNanos, voluntarySwitches, involuntarySwitches, other);
    }

    /** Returns how many times follow a header. */
    static int count(MemorySegment header, int wanted) {
        long magic = header.get(ValueLayout.JAVA_LONG, 0);
        long count = header.get(ValueLayout.JAVA_LONG, 16);
        if (magic != MAGIC || count < 0 || count > wanted) {
            throw new IllegalStateException(
                    "the client wrote no block: magic=0x%x, count=%d, wanted=%d".formatted(magic, count, wanted));
        }
        return (int) count;
    }

    /** Reads a block. */
    static CaBlock decode(MemorySegment header, MemorySegment times) {
        int outcome = (int) header.get(ValueLayout.JAVA_LONG, 8);
        if (outcome < 0 || outcome >= Outcome.values().length) {
            throw new IllegalStateException("the client wrote no block: outcome=" + outcome);
        }
        return new CaBlock(Outcome.values()[outcome], header.get(ValueLayout.JAVA_LONG, 24),
                (int) header.get(ValueLayout.JAVA_LONG, 32), header.get(ValueLayout.JAVA_LONG, 40),
                header.get(ValueLayout.JAVA_LONG, 48), header.get(ValueLayout.JAVA_LONG, 56),
                times.toArray(ValueLayout.JAVA_LONG));
    }
}
