package org.kakuri.runtime.libos;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.platform.linux.PagemapScan;

/** The memory of a process that is its own: pages of private mappings that it has written, proc(5). */
public final class ProcessPages {
    private static final int PAGE = 4096;
    private static final int ENTRY = 8;
    private static final long PRESENT = 1L << 63;
    private static final long SWAPPED = 1L << 62;
    private static final int ENTRIES_AT_ONCE = 1 << 13;

    private ProcessPages() {}

    /**
     * Pages that follow each other.
     *
     * @param address where they begin
     * @param bytes how long they are
     */
    public record Piece(long address, int bytes) {}

    /**
     * Returns the pages of a stopped process; none if it is gone.
     *
     * @param pid the process
     * @param most longest piece in bytes
     */
    public static List<Piece> written(int pid, int most) {
        return PagemapScan.own(pid).map(regions -> cut(regions, most)).orElseGet(() -> mapped(pid, most));
    }

    private static List<Piece> cut(List<PagemapScan.Region> regions, int most) {
        List<Piece> pieces = new ArrayList<>();
        for (PagemapScan.Region region : regions) {
            for (long at = region.start(); at < region.end(); at += most) {
                pieces.add(new Piece(at, (int) Math.min(most, region.end() - at)));
            }
        }
        return pieces;
    }

    /** What older kernels tell. */
    private static List<Piece> mapped(int pid, int most) {
        List<Piece> pieces = new ArrayList<>();
        try (var map = new RandomAccessFile("/proc/" + pid + "/pagemap", "r")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
                String[] fields = line.split(" ", 3);
                if (fields[1].equals("rw-p")) {
                    String[] ends = fields[0].split("-");
                    present(map, Long.parseUnsignedLong(ends[0], 16), Long.parseUnsignedLong(ends[1], 16), most,
                            pieces);
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return pieces;
    }

    private static void present(RandomAccessFile map, long from, long to, int most, List<Piece> pieces)
            throws IOException {
        byte[] entries = new byte[ENTRIES_AT_ONCE * ENTRY];
        long begin = -1;
        for (long at = from; at < to;) {
            int pages = (int) Math.min(ENTRIES_AT_ONCE, (to - at) / PAGE);
            map.seek(at / PAGE * ENTRY);
            map.readFully(entries, 0, pages * ENTRY);
            var bits = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
            for (int page = 0; page < pages; page++, at += PAGE) {
                boolean there = (bits.getLong(page * ENTRY) & (PRESENT | SWAPPED)) != 0;
                if (begin >= 0 && (!there || at - begin >= most)) {
                    pieces.add(new Piece(begin, (int) (at - begin)));
                    begin = -1;
                }
                if (there && begin < 0) {
                    begin = at;
                }
            }
        }
        if (begin >= 0) {
            pieces.add(new Piece(begin, (int) (to - begin)));
        }
    }
}
