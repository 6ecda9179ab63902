package org.kakuri.platform.vm.internal.kernel;

import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMemory;

/** Translation by the page tables of x86-64 (Intel SDM volume 3, chapter 5.5), 4 or 5 levels. */
public final class PageTables {
    private static final long PRESENT = 1;
    private static final long LARGE = 0x80;
    /** Bits 12 to 51. */
    private static final long FRAME = 0x000ffffffffff000L;

    private PageTables() {}

    /**
     * Translates.
     *
     * @param root physical address of the top table; its low 12 bits do not matter
     * @return the physical address, -1 if there is none
     */
    public static long translate(GuestMemory memory, long root, int levels, long virtual) {
        int unused = 64 - 12 - 9 * levels;
        if (virtual << unused >> unused != virtual) {
            // Not canonical: the processor faults before it looks at a table.
            return -1;
        }
        long table = root & FRAME;
        for (int shift = 12 + 9 * (levels - 1); shift > 12; shift -= 9) {
            long entry = entry(memory, table, virtual, shift);
            if ((entry & PRESENT) == 0) {
                return -1;
            }
            if ((entry & LARGE) != 0 && shift <= 30) {
                long page = 1L << shift;
                return entry & FRAME & -page | virtual & page - 1;
            }
            table = entry & FRAME;
        }
        long entry = entry(memory, table, virtual, 12);
        return (entry & PRESENT) == 0 ? -1 : entry & FRAME | virtual & 0xfff;
    }

    private static long entry(GuestMemory memory, long table, long virtual, int shift) {
        long at = table + (virtual >>> shift & 511) * 8;
        if (!memory.contains(at, 8)) {
            throw new GuestFault("a page table outside of memory: 0x%x".formatted(at));
        }
        return memory.readLong(at);
    }
}
