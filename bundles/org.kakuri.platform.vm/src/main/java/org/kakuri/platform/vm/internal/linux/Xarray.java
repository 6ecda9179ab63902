package org.kakuri.platform.vm.internal.linux;

import java.util.function.ObjLongConsumer;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.Struct;

/**
 * The kernel's radix tree (include/linux/xarray.h). An entry whose two low bits are 10 is a node, or, if small, a sibling of
 * another slot; one with 01 is a value.
 */
final class Xarray {
    private static final int SLOTS = 64;
    private static final long SIBLINGS = SLOTS << 2 | 2;

    private final KernelMemory memory;
    private final Field shift;
    private final int slots;

    Xarray(KernelMemory memory) {
        this.memory = memory;
        Struct node = Struct.of(memory.model(), "xa_node");
        this.shift = node.field("shift");
        this.slots = node.offset("slots");
    }

    private static boolean node(long entry) {
        return (entry & 3) == 2 && Long.compareUnsigned(entry, 4096) > 0;
    }

    /**
     * Visits all pointers.
     *
     * @param head xa_head's value
     * @param pointer takes index and pointer
     */
    void each(long head, Skips skips, ObjLongConsumer<Long> pointer) {
        if (node(head)) {
            try {
                descend(head - 2, 0, 64, skips, pointer);
            } catch (GuestFault bad) {
                skips.add("xa_node", head - 2, bad.getMessage());
            }
        } else if (head != 0 && (head & 3) == 0) {
            pointer.accept(0L, head);
        }
    }

    private void descend(long node, long index, int above, Skips skips, ObjLongConsumer<Long> pointer) {
        int width = shift.integer(memory, node);
        if (width >= above || width % 6 != 0 || !skips.step()) {
            throw new GuestFault("a tree that does not get narrower: shift %d under %d".formatted(width, above));
        }
        for (int i = 0; i < SLOTS; i++) {
            long at = node + slots + 8L * i;
            try {
                long entry = memory.u64(at);
                long here = index + ((long) i << width);
                if (node(entry) && width > 0) {
                    descend(entry - 2, here, width, skips, pointer);
                } else if (entry != 0 && (entry & 3) == 0) {
                    pointer.accept(here, entry);
                }
            } catch (GuestFault bad) {
                skips.add("xa_node.slots", at, bad.getMessage());
            }
        }
    }

    /** What a slot of a page cache leads to. */
    record Found(long pointer, long ahead) {}

    /** Returns the pointer at an index, with how far the index lies behind the slot it is a sibling of; null if there is none. */
    Found find(long head, long index) {
        long entry = head;
        int above = 64;
        while (node(entry)) {
            long node = entry - 2;
            int width = shift.integer(memory, node);
            if (width >= above || width % 6 != 0 || above == 64 && width + 6 < 64 && index >>> width + 6 != 0) {
                return null;
            }
            int slot = (int) (index >>> width) & SLOTS - 1;
            entry = memory.u64(node + slots + 8L * slot);
            long ahead = 0;
            if ((entry & 3) == 2 && Long.compareUnsigned(entry, SIBLINGS) < 0) {
                int first = (int) (entry >>> 2);
                ahead = (long) (slot - first) << width;
                entry = memory.u64(node + slots + 8L * first);
            }
            if (!node(entry)) {
                ahead += index & (1L << width) - 1;
                return entry != 0 && (entry & 3) == 0 ? new Found(entry, ahead) : null;
            }
            above = width;
        }
        return entry != 0 && (entry & 3) == 0 && index == 0 ? new Found(entry, 0) : null;
    }
}
