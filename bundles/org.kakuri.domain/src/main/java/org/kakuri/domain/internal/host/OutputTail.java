package org.kakuri.domain.internal.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The last {@value #BYTES} bytes that a child wrote to its standard output and error. Thread-safe. */
final class OutputTail {
    static final int BYTES = 64 << 10;

    private final byte[] ring = new byte[BYTES];
    private long written;

    /** Adds what was read. */
    synchronized void add(MemorySegment bytes) {
        for (long from = Math.max(0, bytes.byteSize() - BYTES); from < bytes.byteSize();) {
            int at = (int) ((written + from) % BYTES);
            int n = (int) Math.min(BYTES - at, bytes.byteSize() - from);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, ring, at, n);
            from += n;
        }
        written += bytes.byteSize();
    }

    /** Returns what is kept; a character that was cut in two is shown as a replacement character. */
    synchronized String text() {
        int kept = (int) Math.min(written, BYTES);
        byte[] bytes = new byte[kept];
        int start = (int) ((written - kept) % BYTES);
        int first = Math.min(kept, BYTES - start);
        System.arraycopy(ring, start, bytes, 0, first);
        System.arraycopy(ring, 0, bytes, first, kept - first);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Returns how many bytes were written in all. */
    synchronized long written() {
        return written;
    }

    /** Returns the last lines that are not blank, each cut to the given length. */
    List<String> lastLines(int most, int length) {
        List<String> lines = text().lines().filter(line -> !line.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - most), lines.size())
                .stream()
                .map(line -> line.length() <= length ? line : line.substring(0, length) + " ...")
                .toList();
    }
}
