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

/** Consecutive pages of an enclave, in the EPC or evicted from it. Changed under the lock of the machine's pager. */
final class EnclavePages implements Placed {
    private static final long PAGE = PhysicalSpace.PAGE;
    private static final int NOWHERE = -1;

    private final Pager pager;
    private final Residency owner;
    private final Backing backing;
    private final int[] frames;
    private final EvictedPage[] evicted;

    private EnclavePages(Pager pager, Residency owner, Backing backing, int[] frames) {
        this.pager = pager;
        this.owner = owner;
        this.backing = backing;
        this.frames = frames;
        this.evicted = new EvictedPage[frames.length];
    }

    /**
     * Takes frames for a backing and makes them valid.
     *
     * @param owner whose they are
     * @param first entry of the first page; the others have the addresses that follow
     * @throws org.kakuri.api.Unsupported if the EPC is full, and nothing can be evicted
     */
    static EnclavePages fill(Pager pager, Residency owner, Backing backing, EpcmEntry first) {
        synchronized (pager) {
            int[] frames = pager.take(Math.toIntExact(backing.bytes() / PAGE), owner);
            for (int i = 0; i < frames.length; i++) {
                pager.epc()
                        .fill(frames[i], new EpcmEntry(first.type(), first.enclave(), first.address() + i * PAGE,
                                first.perms(), first.blocked(), first.pending(), first.modified(),
                                first.restricted()), backing, i * PAGE);
            }
            var pages = new EnclavePages(pager, owner, backing, frames);
            if (first.type() == PageType.PT_REG) {
                owner.add(pages);
            }
            return pages;
        }
    }

    /** Returns how many there are. */
    int count() {
        return frames.length;
    }

    /** Returns the frame of a page that is in the EPC; negative if it is not. */
    int frame(int page) {
        return frames[page];
    }

    /** Returns the evicted page, or null if it is in the EPC. */
    EvictedPage evicted(int page) {
        return evicted[page];
    }

    /** The page left the EPC. */
    void left(int page, EvictedPage sealed) {
        frames[page] = NOWHERE;
        evicted[page] = sealed;
    }

    /** The page came back. */
    void returned(int page, int frame) {
        frames[page] = frame;
        evicted[page] = null;
    }

    /** The enclave accepts all of them, with permissions that it extended or had restricted meanwhile. */
    void accept(Perms perms) {
        synchronized (pager) {
            for (int frame : frames) {
                pager.epc().update(frame, entry -> entry.withPending(false).withPerms(perms));
            }
        }
    }

    /** Makes one page a TCS, accepted; it is never evicted. */
    void becomeTcs(int page) {
        synchronized (pager) {
            owner.remove(this);
            pager.epc().update(frames[page], entry -> entry.withType(PageType.PT_TCS).withPerms(Perms.NONE));
        }
    }

    @Override
    public Backing backing() {
        return backing;
    }

    @Override
    public Optional<Range> physical(long offset) {
        synchronized (pager) {
            Epc epc = pager.epc();
            int from = (int) (offset / PAGE);
            if (frames[from] == NOWHERE) {
                return Optional.empty();
            }
            int to = from + 1;
            while (to < frames.length && frames[to] == frames[to - 1] + 1) {
                to++;
            }
            long start = epc.address(frames[from]) + offset % PAGE;
            return Optional.of(new Range(start, epc.address(frames[to - 1]) + PAGE - start));
        }
    }

    @Override
    public void remove() {
        synchronized (pager) {
            owner.remove(this);
            pager.release(this);
        }
    }
}
