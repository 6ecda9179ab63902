package org.kakuri.tee.model.x86;

import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.memory.Region;
import org.kakuri.tee.model.memory.Zone;

/**
 * The enclave page cache of a machine, with its map. A facility of the machine, made by whoever needs it first; all
 * enclaves share it. It enforces nothing but what each access passes ({@code epcm}); which changes are allowed, the
 * instructions know. Thread-safe.
 * <p>
 * A page's bytes stay where their owner has them: a frame refers to a page of a backing.
 *
 * @rule Intel SDM vol. 3D, 37.5 (enclave page cache), 38.19 (EPCM)
 */
public final class Epc implements AutoCloseable {
    /** Name of the zone it fills. */
    public static final String ZONE = "epc";
    /** Name of the checker in front of it. */
    public static final String CHECKER = Epcm.NAME;
    /** Where it begins: behind ordinary memory. */
    static final long BASE = 0x10_0000_0000L;
    /** Most bytes: the frames are kept in an array. */
    public static final long MAX_BYTES = 1L << 40;
    private static final int PAGE = (int) PhysicalSpace.PAGE;

    /**
     * What a valid frame holds.
     *
     * @param entry what the map says
     * @param backing whose bytes
     * @param offset where in it the page begins
     */
    record Frame(EpcmEntry entry, Backing backing, long offset) {}

    private final PhysicalSpace memory;
    private final Range range;
    private final Region region;
    private final Epcm checker;
    private final AtomicReferenceArray<Frame> frames;
    private final BitSet taken = new BitSet();

    private Epc(MachineModel machine, long bytes) {
        if (bytes < PAGE || bytes % PAGE != 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("an EPC is whole pages, at most 1 TiB: bytes=" + bytes);
        }
        memory = machine.memory();
        range = new Range(BASE, bytes);
        frames = new AtomicReferenceArray<>((int) (bytes / PAGE));
        checker = new Epcm(this);
        memory.define(new Zone(ZONE, range));
        region = memory.placeAt(BASE, ZONE, new EpcBacking(frames));
        memory.add(checker);
    }

    /**
     * Returns the machine's, made now if it has none yet.
     *
     * @param machine an x86-64 machine
     * @param bytes its size, if it is made now
     */
    public static Epc of(MachineModel machine, long bytes) {
        return machine.facility(Epc.class, () -> new Epc(machine, bytes));
    }

    /** Returns where it lies. */
    public Range range() {
        return range;
    }

    /** Returns the number of frames. */
    public int size() {
        return frames.length();
    }

    /** Returns how many frames nobody has. */
    public synchronized int free() {
        return frames.length() - taken.cardinality();
    }

    /** Returns the physical address of a frame. */
    public long address(int frame) {
        return BASE + (long) frame * PAGE;
    }

    /** Returns the frame of a physical address in {@link #range}. */
    public int frame(long address) {
        return (int) ((address - BASE) / PAGE);
    }

    /**
     * Takes frames, next to each other if there are that many in one place. They are not valid yet.
     *
     * @param pages how many
     * @param whose for the message
     *
     * @throws Unsupported if there are not that many; none is then taken
     */
    public synchronized int[] take(int pages, String whose) {
        if (pages > free()) {
            throw new Unsupported("not enough EPC: enclave=%s, wanted pages=%d, free=%d, EPC=%d".formatted(whose, pages,
                    free(), frames.length()), "ask for less, destroy enclaves, or give the machine more EPC");
        }
        var got = new int[pages];
        int at = firstRun(pages);
        for (int i = 0; i < pages; i++) {
            at = taken.nextClearBit(at);
            taken.set(at);
            got[i] = at;
        }
        return got;
    }

    /** Returns where that many free frames follow each other, or 0 if nowhere. */
    private int firstRun(int pages) {
        int start = taken.nextClearBit(0);
        while (start <= frames.length() - pages) {
            int end = taken.nextSetBit(start);
            if (end < 0 || end - start >= pages) {
                return start;
            }
            start = taken.nextClearBit(end);
        }
        return 0;
    }

    /**
     * Makes a taken frame valid.
     *
     * @param backing whose bytes the page has
     * @param offset where in the backing, a multiple of 4096
     *
     * @throws WrongState if it is valid
     */
    public void fill(int frame, EpcmEntry entry, Backing backing, long offset) {
        if (!frames.compareAndSet(frame, null, new Frame(entry, backing, offset))) {
            throw new WrongState("EPC page is valid: page=0x" + Long.toHexString(address(frame)), "remove it first");
        }
    }

    /** Returns a frame's entry, empty if it is not valid. */
    public Optional<EpcmEntry> entry(int frame) {
        Frame held = frames.get(frame);
        return held == null ? Optional.empty() : Optional.of(held.entry);
    }

    /**
     * Changes a valid frame's entry.
     *
     * @throws WrongState if it is not valid
     */
    public void update(int frame, UnaryOperator<EpcmEntry> change) {
        Frame before = frames.updateAndGet(frame,
                held -> held == null ? null : new Frame(change.apply(held.entry), held.backing, held.offset));
        if (before == null) {
            throw new WrongState("EPC page is not valid: page=0x" + Long.toHexString(address(frame)), "add it first");
        }
    }

    /** Makes frames invalid and free again. Waits for accesses that run. Frames that are not valid are simply freed. */
    public void remove(int... gone) {
        memory.exclusively(() -> {
            for (int frame : gone) {
                frames.set(frame, null);
            }
        });
        synchronized (this) {
            for (int frame : gone) {
                taken.clear(frame);
            }
        }
    }

    /** Takes it out of the machine. Enclaves must be gone. */
    @Override
    public void close() {
        memory.remove(checker);
        memory.remove(region);
    }
}
