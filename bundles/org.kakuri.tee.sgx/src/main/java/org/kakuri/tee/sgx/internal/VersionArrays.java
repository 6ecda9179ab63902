package org.kakuri.tee.sgx.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Perms;
import org.kakuri.tee.model.x86.Epc;
import org.kakuri.tee.model.x86.EpcmEntry;
import org.kakuri.tee.model.x86.PageType;

/**
 * Pages of the EPC that hold the versions of evicted pages, 512 slots of 8 bytes each; a slot is empty if it is 0. Used under the lock
 * of the machine's pager.
 *
 * @rule Intel SDM vol. 3D, 38.18 (version array); EPA; EWB: SGX_VA_SLOT_OCCUPIED; ELDB/ELDU: the slot is cleared
 */
final class VersionArrays {
    private static final int PAGE = 4096;
    private static final int SLOT = Long.BYTES;

    /**
     * A slot.
     *
     * @param page the version array
     * @param offset where in it
     */
    record Slot(MemorySegment page, int offset) {
        long version() {
            return page.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
        }

        /** EWB. */
        void occupy(long version) {
            if (version() != 0) {
                throw new LeafRefused("EWB", SgxError.SGX_VA_SLOT_OCCUPIED, "the slot is empty", "", "");
            }
            page.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, version);
        }

        /** ELDU. */
        void clear() {
            page.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, 0);
        }
    }

    private final Epc epc;
    private final List<Integer> frames = new ArrayList<>();
    private final Deque<Slot> free = new ArrayDeque<>();

    VersionArrays(Epc epc) {
        this.epc = epc;
    }

    /** Returns whether a slot is free without another version array. */
    boolean hasRoom() {
        return !free.isEmpty();
    }

    /** EPA: makes a frame a version array. */
    void add(int frame) {
        MemorySegment page = MemorySegment.ofArray(new byte[PAGE]);
        epc.fill(frame, EpcmEntry.of(PageType.PT_VA, 0, 0, Perms.NONE), Backing.of(page), 0);
        frames.add(frame);
        for (int at = 0; at < PAGE; at += SLOT) {
            free.add(new Slot(page, at));
        }
    }

    /** EREMOVE of all of them. */
    void release() {
        epc.remove(frames.stream().mapToInt(Integer::intValue).toArray());
        frames.clear();
        free.clear();
    }

    Slot take() {
        return free.remove();
    }

    void giveBack(Slot slot) {
        slot.clear();
        free.addFirst(slot);
    }
}
