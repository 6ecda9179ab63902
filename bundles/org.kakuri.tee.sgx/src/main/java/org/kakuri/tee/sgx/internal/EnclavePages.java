package org.kakuri.tee.sgx.internal;

import java.util.Optional;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.instance.Placed;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.x86.Epc;
import org.kakuri.tee.model.x86.EpcmEntry;
import org.kakuri.tee.model.x86.PageType;

/** Consecutive pages of an enclave in the EPC. */
final class EnclavePages implements Placed {
    private static final long PAGE = PhysicalSpace.PAGE;

    private final Epc epc;
    private final Backing backing;
    private final int[] frames;

    private EnclavePages(Epc epc, Backing backing, int[] frames) {
        this.epc = epc;
        this.backing = backing;
        this.frames = frames;
    }

    /**
     * Takes frames for a backing and makes them valid.
     *
     * @param whose name of the enclave, for messages
     * @param first entry of the first page; the others have the addresses that follow
     *
     * @throws org.kakuri.api.Unsupported if the EPC is full
     */
    static EnclavePages fill(Epc epc, String whose, Backing backing, EpcmEntry first) {
        int[] frames = epc.take(Math.toIntExact(backing.bytes() / PAGE), whose);
        for (int i = 0; i < frames.length; i++) {
            epc.fill(frames[i], new EpcmEntry(first.type(), first.enclave(), first.address() + i * PAGE, first.perms(),
                    first.blocked(), first.pending(), first.modified(), first.restricted()), backing, i * PAGE);
        }
        return new EnclavePages(epc, backing, frames);
    }

    /** Returns how many there are. */
    int count() {
        return frames.length;
    }

    /** The enclave accepts all of them, with permissions that it extended or had restricted meanwhile. */
    void accept(Perms perms) {
        for (int frame : frames) {
            epc.update(frame, entry -> entry.withPending(false).withPerms(perms));
        }
    }

    /** Makes one page a TCS, accepted. */
    void becomeTcs(int page) {
        epc.update(frames[page], entry -> entry.withType(PageType.PT_TCS).withPerms(Perms.NONE));
    }

    @Override
    public Backing backing() {
        return backing;
    }

    @Override
    public Optional<Range> physical(long offset) {
        int from = (int) (offset / PAGE);
        int to = from + 1;
        while (to < frames.length && frames[to] == frames[to - 1] + 1) {
            to++;
        }
        long start = epc.address(frames[from]) + offset % PAGE;
        return Optional.of(new Range(start, epc.address(frames[to - 1]) + PAGE - start));
    }

    @Override
    public void remove() {
        epc.remove(frames);
    }
}
