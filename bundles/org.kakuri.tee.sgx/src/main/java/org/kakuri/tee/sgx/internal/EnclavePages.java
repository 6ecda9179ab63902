package org.kakuri.tee.sgx.internal;

import java.util.Arrays;
import java.util.Optional;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.PagedBacking;
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
    private final EpcmEntry first;

    private EnclavePages(Pager pager, Residency owner, Backing backing, int[] frames, EpcmEntry first) {
        this.pager = pager;
        this.owner = owner;
        this.backing = backing;
        this.frames = frames;
        this.evicted = new EvictedPage[frames.length];
        this.first = first;
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
            var pages = new EnclavePages(pager, owner, backing, frames, first);
            for (int i = 0; i < frames.length; i++) {
                pager.epc().fill(frames[i], pages.entry(i), backing, i * PAGE);
            }
            if (first.type() == PageType.PT_REG) {
                owner.add(pages);
            }
            return pages;
        }
    }

    /**
     * Takes no frames yet: each page gets one when it is touched.
     *
     * @param first entry of the first page, as EAUG makes it
     */
    static EnclavePages paged(Pager pager, Residency owner, PagedBacking backing, EpcmEntry first) {
        int[] frames = new int[Math.toIntExact(backing.bytes() / PAGE)];
        Arrays.fill(frames, NOWHERE);
        return new EnclavePages(pager, owner, backing, frames, first);
    }

    /** Returns whether pages come and go one by one. */
    boolean paged() {
        return backing instanceof PagedBacking;
    }

    /** Returns who moves them. */
    Pager pager() {
        return pager;
    }

    /** Returns whose they are. */
    Residency owner() {
        return owner;
    }

    /** Returns the entry of a page when it is added. */
    EpcmEntry entry(int page) {
        return new EpcmEntry(first.type(), first.enclave(), first.address() + page * PAGE, first.perms(),
                first.blocked(), first.pending(), first.modified(), first.restricted());
    }

    /** Returns how many are in the EPC. */
    int present() {
        synchronized (pager) {
            return (int) Arrays.stream(frames).filter(frame -> frame != NOWHERE).count();
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
