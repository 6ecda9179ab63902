package org.kakuri.runtime.wasm.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.ForwardingBacking;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.AnonymousMapping;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.Mapping;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;

/**
 * The linear memories of a session's guests: each has address space for the most it may become, 4 GiB apart in the instance,
 * and is attached to the instance piece by piece as it grows. What a guest leaves is dropped, stays attached and is used for
 * the next guest. Thread-safe.
 */
final class LinearMemories implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LinearMemories.class.getName());
    /** Where the first one lies in the instance, and how far apart they are. */
    static final long STRIDE = 1L << 32;

    private final TeeInstance instance;
    private final int ceiling;
    private final List<Linear> all = new ArrayList<>();
    private final List<Linear> free = new ArrayList<>();
    private long pagesLeft;
    private boolean fixed;
    private boolean closed;

    /**
     * @param instance what the memory is attached to
     * @param bytes most they may have together
     * @param ceiling most pages of one
     */
    LinearMemories(TeeInstance instance, long bytes, int ceiling) {
        this.instance = instance;
        this.pagesLeft = bytes >> GuestMemory.PAGE_SHIFT;
        this.ceiling = ceiling;
    }

    /** One linear memory. Its fields are changed by the thread of the guest that has it. */
    static final class Linear {
        private final AnonymousMapping mapping;
        private final int index;
        private volatile SharedRanges shared;
        private int offered;
        private int accepted;

        Linear(int index, int ceiling) {
            this.index = index;
            this.mapping = AnonymousMapping.anywhere(Math.max(1L, ceiling) << GuestMemory.PAGE_SHIFT);
        }

        /** Returns its number in the session, from 1. */
        int number() {
            return index + 1;
        }

        /** Returns room for the most it may become. */
        MemorySegment segment() {
            return mapping.segment();
        }

        int offered() {
            return offered;
        }

        int accepted() {
            return accepted;
        }

        /** Puts a part of a file in place of some pages. */
        void cover(long at, long bytes, Fd file, long fileOffset) {
            mapping.cover(at, bytes, file, fileOffset);
        }

        /** Puts zero pages in its place again. */
        void uncover(long at, long bytes) {
            mapping.uncover(at, bytes);
        }

        /** Notes pages as accepted and returns where they lie in the instance. */
        Range accept(int to) {
            Range range = new Range(address(accepted), bytes(to - accepted));
            accepted = to;
            return range;
        }

        private long address(int page) {
            return number() * STRIDE + bytes(page);
        }

        private static long bytes(int pages) {
            return (long) pages << GuestMemory.PAGE_SHIFT;
        }
    }

    /**
     * Makes some and attaches all their pages, before the instance is sealed: where no memory can be added later.
     *
     * @throws Unsupported if the instance has not that much
     */
    synchronized void prepare(int count) {
        for (int i = 0; i < count; i++) {
            Linear made = new Linear(all.size(), ceiling);
            all.add(made);
            free.add(made);
            if (ceiling > 0) {
                attach(made, ceiling);
                made.accept(ceiling);
            }
        }
        fixed = true;
    }

    /** Takes one, all zero, with as many pages attached already as possible. */
    synchronized Linear take() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        Optional<Linear> used = free.stream().max(Comparator.comparingInt(Linear::offered));
        if (used.isPresent()) {
            free.remove(used.get());
            return used.get();
        }
        if (fixed) {
            throw new Refused(
                    "all %d linear memories of this session are taken, and the backend adds none after sealing"
                            .formatted(all.size()),
                    "let a guest end, or open the session with option guests=%d".formatted(
                            all.size() + 1));
        }
        Linear made = new Linear(all.size(), ceiling);
        all.add(made);
        return made;
    }

    /** Puts one back after its guest ended; the pages become zero and cost nothing until they are used again. */
    synchronized void giveBack(Linear memory) {
        if (!closed) {
            memory.mapping.advise(0, memory.mapping.size(), Mapping.MADV_DONTNEED);
            free.add(memory);
        }
    }

    /**
     * Attaches pages to the instance: the host's part of growing.
     *
     * @param to page behind the last
     * @return false if there is no memory left
     */
    synchronized boolean offer(Linear memory, int to) {
        int more = to - memory.offered;
        if (closed || to > ceiling || more > pagesLeft) {
            return false;
        }
        if (more > 0) {
            try {
                attach(memory, to);
            } catch (Unsupported none) {
                LOG.log(System.Logger.Level.DEBUG, "no memory for {0} more pages: {1}", more, none.getMessage());
                return false;
            }
        }
        return true;
    }

    private void attach(Linear memory, int to) {
        long at = Linear.bytes(memory.offered);
        long bytes = Linear.bytes(to - memory.offered);
        instance.attach(memory.address(memory.offered),
                new Piece(memory.mapping, at, Backing.of(memory.segment().asSlice(at, bytes))), Perms.RW);
        pagesLeft -= to - memory.offered;
        memory.offered = to;
    }

    /** Says which parts of one are shared, null: none. */
    void share(Linear memory, SharedRanges ranges) {
        memory.shared = ranges;
    }

    /** Returns areas of one memory as they really are: without what is shared. */
    synchronized List<MemoryArea> unshared(int number, List<MemoryArea> areas) {
        SharedRanges shared = all.get(number - 1).shared;
        return shared == null ? areas : shared.without(areas, number * STRIDE);
    }

    /** Returns what is attached, by number of the linear memory. */
    synchronized SortedMap<Integer, Range> attached() {
        SortedMap<Integer, Range> ranges = new TreeMap<>();
        all.stream()
                .filter(memory -> memory.offered > 0)
                .forEach(memory -> ranges.put(memory.number(),
                        new Range(memory.address(0), Linear.bytes(memory.offered))));
        return ranges;
    }

    /** Unmaps everything. Only after the instance was destroyed and the guests' threads ended. */
    @Override
    public synchronized void close() {
        closed = true;
        all.forEach(memory -> memory.mapping.close());
        all.clear();
        free.clear();
    }

    /**
     * Pages of a mapping. Scrubbing drops them instead of writing zeros to them, which would first allocate what was never
     * touched.
     */
    private record Piece(Mapping mapping, long at, Backing bytesOf) implements ForwardingBacking {
        @Override
        public void scrub() {
            mapping.advise(at, bytes(), Mapping.MADV_DONTNEED);
        }
    }
}
