package org.kakuri.runtime.occlum.internal;

import java.util.TreeMap;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.Range;

/** Which ranges of the instance's user space are taken: first fit. Offsets count from the heap. The owner's lock protects it. */
final class Ranges {
    private final TreeMap<Long, Long> free = new TreeMap<>();
    private final long bytes;

    Ranges(long start, long bytes) {
        this.bytes = bytes;
        free.put(start, bytes);
    }

    /**
     * Takes a range.
     *
     * @param wanted bytes, a multiple of 4096
     * @param what for whom, for the message
     * @throws Refused if there is no gap that wide
     */
    Range take(long wanted, String what) {
        for (var gap : free.entrySet()) {
            if (gap.getValue() >= wanted) {
                long start = gap.getKey();
                long left = gap.getValue() - wanted;
                free.remove(start);
                if (left > 0) {
                    free.put(start + wanted, left);
                }
                return new Range(start, wanted);
            }
        }
        throw new Refused("%s needs %d KiB in one piece; the widest gap of the instance's %d KiB is %d KiB".formatted(
                what, wanted >> 10, bytes >> 10,
                free.values().stream().mapToLong(Long::longValue).max().orElse(0) >> 10),
                "give the session more with --memory, or each process less with --option process=SIZE");
    }

    /** Gives a range back. */
    void free(Range range) {
        long start = range.start();
        long length = range.bytes();
        var before = free.lowerEntry(start);
        if (before != null && before.getKey() + before.getValue() == start) {
            start = before.getKey();
            length += before.getValue();
        }
        Long after = free.remove(range.end());
        free.put(start, after == null ? length : length + after);
    }

    /** Returns how many bytes are free. */
    long left() {
        return free.values().stream().mapToLong(Long::longValue).sum();
    }
}
