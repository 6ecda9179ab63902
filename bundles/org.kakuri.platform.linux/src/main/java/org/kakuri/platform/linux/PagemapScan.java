package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pages of a process by what they are, ioctl PAGEMAP_SCAN of /proc/PID/pagemap (Linux 6.7, linux/fs.h {@code struct pm_scan_arg},
 * {@code struct page_region}): one call instead of one entry for each page.
 */
public final class PagemapScan {
    private static final long SCAN = 0xc0606610L;
    private static final long ARGUMENT_BYTES = 96;
    private static final long REGION_BYTES = 24;
    private static final int REGIONS = 512;
    /** Behind the last page that a process of x86-64 can have: the kernel refuses what lies beyond. */
    private static final long USER_SPACE = (1L << 47) - 4096;
    private static final long FILE = 1 << 2;
    private static final long PRESENT = 1 << 3;
    private static final long SWAPPED = 1 << 4;
    private static final long ZERO_PAGE = 1 << 5;
    private static final MethodHandle IOCTL = Native.variadic("ioctl", 2, INT, INT, LONG, LONG);

    private PagemapScan() {}

    /**
     * Pages that follow each other.
     *
     * @param start address of the first
     * @param end address behind the last
     */
    public record Region(long start, long end) {}

    /**
     * Returns the pages that are the process's own and nobody else's: private memory that it has written, in memory or swapped out.
     *
     * @return in the order of their addresses; empty if this kernel cannot tell or the process is gone
     */
    public static Optional<List<Region>> own(int pid) {
        Fd map;
        try {
            map = PathCalls.open(Path.of("/proc/" + pid + "/pagemap"), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        } catch (NativeException e) {
            return Optional.empty();
        }
        try (map; Arena arena = Arena.ofConfined()) {
            return scan(map, arena);
        }
    }

    private static Optional<List<Region>> scan(Fd map, Arena arena) {
        MemorySegment regions = arena.allocate(REGION_BYTES * REGIONS, 8);
        MemorySegment argument = arena.allocate(ARGUMENT_BYTES, 8);
        List<Region> found = new ArrayList<>();
        for (long at = 0; at < USER_SPACE;) {
            argument.fill((byte) 0);
            argument.set(LONG, 0, ARGUMENT_BYTES);
            argument.set(LONG, 16, at);
            argument.set(LONG, 24, USER_SPACE);
            argument.set(LONG, 40, regions.address());
            argument.set(LONG, 48, REGIONS);
            argument.set(LONG, 64, FILE | ZERO_PAGE); // inverted: neither of both
            argument.set(LONG, 72, FILE | ZERO_PAGE);
            argument.set(LONG, 80, PRESENT | SWAPPED);
            int count = ioctl(map, argument.address());
            if (count < 0) {
                return Optional.empty();
            }
            for (int i = 0; i < count; i++) {
                found.add(new Region(regions.get(LONG, i * REGION_BYTES), regions.get(LONG, i * REGION_BYTES + 8)));
            }
            at = argument.get(LONG, 32);
        }
        return Optional.of(found);
    }

    private static int ioctl(Fd map, long argument) {
        MemorySegment state = Native.state();
        int number = map.acquire();
        try {
            return Native.result(state, (int) IOCTL.invokeExact(state, number, SCAN, argument));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            map.release();
        }
    }
}
