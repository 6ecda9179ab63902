package org.kakuri.tee.sgx.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Perms;
import org.kakuri.tee.model.EventRecorder;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.x86.EpcmEntry;
import org.kakuri.tee.model.x86.PageType;

/**
 * The thread control structures of an enclave, each followed by its SSA frames, from the top of ELRANGE downwards. So
 * many as the options say are added and measured before EINIT; when all are in use, one more is made of offered memory
 * (EAUG, EACCEPT, EMODT, EACCEPT), as SGX2 allows. Thread-safe.
 *
 * <pre>
 * offset | size | field of the TCS page, the others are zero
 * 16     | 8    | OSSA: offset of its SSA frames from the enclave's base
 * 28     | 4    | NSSA (OENTRY stays 0: which code runs, the context says)
 * 64     | 4    | FSLIMIT: FFFh
 * 68     | 4    | GSLIMIT: FFFh
 * </pre>
 *
 * @rule Intel SDM vol. 3D, 38.8 (TCS), table 38-8
 */
final class Threads {
    private static final long PAGE = PhysicalSpace.PAGE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Pager pager;
    private final Residency residency;
    private final SgxOptions options;
    private final long id;
    private final EventRecorder recorder;
    private final List<EnclavePages> pages = new ArrayList<>();
    private final Deque<Tcs> idle = new ArrayDeque<>();
    private int made;

    Threads(Pager pager, Residency residency, SgxOptions options, long id, EventRecorder recorder) {
        this.pager = pager;
        this.residency = residency;
        this.options = options;
        this.id = id;
        this.recorder = recorder;
    }

    /** Returns the pages of one thread: its TCS and its SSA frames. */
    private int each() {
        return 1 + options.ssaFrames() * Secs.SSA_FRAME_PAGES;
    }

    /** Returns how many bytes at the top of ELRANGE are theirs from the start. */
    long reserved() {
        return options.threads() * each() * PAGE;
    }

    private long offset(int thread) {
        return options.elrange().bytes() - (thread + 1L) * each() * PAGE;
    }

    /** Adds those that the enclave starts with, if that was not done. */
    synchronized void build() {
        boolean first = pages.isEmpty();
        for (int thread = 0; thread < options.threads(); thread++) {
            if (first) {
                place(thread, content(thread), PageType.PT_TCS, Perms.NONE, false);
                idle.add(new Tcs(made++, options.ssaFrames()));
            }
            long added = 1 + options.ssaFrames();
            recorder.record(Events.EADD, added, added * PAGE);
            recorder.record(Events.EEXTEND, added * PAGE / MeasuredPages.CHUNK, added * PAGE);
        }
    }

    /** Measures those that the enclave starts with. */
    void measure(MeasuredPages measured) {
        for (int thread = 0; thread < options.threads(); thread++) {
            MemorySegment tcs = content(thread);
            measured.add(offset(thread), Backing.of(tcs.asSlice(0, PAGE)), PageType.PT_TCS, Perms.NONE);
            measured.add(offset(thread) + PAGE, Backing.of(tcs.asSlice(PAGE)), PageType.PT_REG, Perms.RW);
        }
    }

    private MemorySegment content(int thread) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) (each() * PAGE)]);
        bytes.set(LONG, 16, offset(thread) + PAGE);
        bytes.set(INT, 28, options.ssaFrames());
        bytes.set(INT, 64, 0xfff);
        bytes.set(INT, 68, 0xfff);
        return bytes;
    }

    private void place(int thread, MemorySegment bytes, PageType type, Perms perms, boolean pending) {
        long address = options.elrange().start() + offset(thread);
        pages.add(EnclavePages.fill(pager, residency, Backing.of(bytes.asSlice(0, PAGE)),
                EpcmEntry.of(type, id, address, perms).withPending(pending)));
        pages.add(EnclavePages.fill(pager, residency, Backing.of(bytes.asSlice(PAGE)),
                EpcmEntry.of(PageType.PT_REG, id, address + PAGE, Perms.RW).withPending(pending)));
    }

    /** Takes one to enter by. */
    synchronized Tcs take() {
        if (idle.isEmpty()) {
            grow();
        }
        return idle.remove();
    }

    private void grow() {
        int thread = made++;
        place(thread, content(thread), PageType.PT_REG, Perms.RW, true);
        EnclavePages control = pages.get(pages.size() - 2);
        recorder.record(Events.EAUG, each(), each() * PAGE);
        recorder.record(Events.EACCEPT, each(), 0);
        control.accept(Perms.RW);
        pages.getLast().accept(Perms.RW);
        recorder.record(Events.EMODT, 1, 0);
        recorder.record(Events.EACCEPT, 1, 0);
        control.becomeTcs(0);
        idle.add(new Tcs(thread, options.ssaFrames()));
    }

    /** Puts one back. One that was left by a fault for good cannot be used any more. */
    synchronized void giveBack(Tcs tcs) {
        if (tcs.reusable()) {
            idle.addFirst(tcs);
        }
    }

    /** Removes all of them and returns how many pages that were. */
    synchronized int remove() {
        int count = pages.stream().mapToInt(EnclavePages::count).sum();
        pages.forEach(EnclavePages::remove);
        pages.clear();
        idle.clear();
        return count;
    }
}
