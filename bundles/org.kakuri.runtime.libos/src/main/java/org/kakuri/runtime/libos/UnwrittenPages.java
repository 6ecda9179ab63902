package org.kakuri.runtime.libos;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tells whether private memory of this process still is what was mapped there, proc(5) pagemap. Thread-safe. */
final class UnwrittenPages implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final int ENTRY = 8;
    private static final int ENTRIES_AT_ONCE = 512;
    private static final long PRESENT = 1L << 63;
    private static final long SWAPPED = 1L << 62;
    private static final long OF_A_FILE = 1L << 61;

    private final ByteBuffer entries = ByteBuffer.allocateDirect(ENTRY * ENTRIES_AT_ONCE)
            .order(ByteOrder.nativeOrder());
    private final FileChannel map;

    /** Opens the map of this process. */
    UnwrittenPages() throws IOException {
        map = FileChannel.open(Path.of("/proc/self/pagemap"), StandardOpenOption.READ);
    }

    /** Returns whether no page was written since it was mapped; false if that cannot be told. */
    synchronized boolean all(MemorySegment pages) {
        long end = (pages.address() + pages.byteSize()) / PAGE;
        try {
            for (long page = pages.address() / PAGE; page < end;) {
                entries.clear().limit((int) Math.min(ENTRIES_AT_ONCE, end - page) * ENTRY);
                int read = map.read(entries, page * ENTRY);
                if (read <= 0 || read % ENTRY != 0) {
                    return false;
                }
                for (int at = 0; at < read; at += ENTRY, page++) {
                    long entry = entries.getLong(at);
                    if ((entry & SWAPPED) != 0 || (entry & (PRESENT | OF_A_FILE)) == PRESENT) {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        map.close();
    }
}
