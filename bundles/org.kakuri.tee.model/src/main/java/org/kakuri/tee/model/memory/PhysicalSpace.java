package org.kakuri.tee.model.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.kakuri.api.KakuriException;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.PhysicalMemory;
import org.kakuri.api.tee.Range;

/**
 * The physical address space: backings placed at addresses, and the checkers in front. An access is cut at page borders; each
 * piece is put to each checker; only if none refuses is anything copied. Accesses run in parallel; placing, removing and
 * {@link #exclusively} wait for running accesses and keep new ones out, so a range never loses its bytes under an access.
 */
public final class PhysicalSpace implements PhysicalMemory {
    /** Bytes of a page, the unit of checks and of placement. */
    public static final long PAGE = 4096;
    /** Name of what refuses accesses to addresses where nothing is. */
    public static final String BUS = "bus";

    private static final String BUS_RULE = "no completer at this address: a decode error (AMBA AXI, IHI 0022, DECERR)";

    /** Told when a checker is switched. */
    @FunctionalInterface
    public interface SwitchListener {
        /**
         * Called after the switch took effect.
         *
         * @param checker its name
         * @param on its position now
         */
        void switched(String checker, boolean on);
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final ZoneMap zones = new ZoneMap();
    private final TreeMap<Long, Region> regions = new TreeMap<>();
    private final SwitchListener listener;
    private CheckerList checkers = CheckerList.EMPTY;

    /**
     * @param listener told when a checker is switched
     */
    public PhysicalSpace(SwitchListener listener) {
        this.listener = listener;
    }

    /**
     * Defines a zone. Does nothing if the very same is defined already.
     *
     * @throws WrongState if it collides with another zone or holds memory in use
     */
    public void define(Zone zone) {
        exclusively(() -> zones.define(zone));
    }

    /** Returns the zones, in the order they were defined. */
    public List<Zone> zones() {
        lock.readLock().lock();
        try {
            return zones.zones();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Returns how many bytes of a zone are free; not necessarily in one piece. */
    public long free(String zone) {
        lock.readLock().lock();
        try {
            return zones.free(zones.zone(zone));
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Places a backing at the lowest free addresses of a zone.
     *
     * @param zone name of the zone
     * @param label whose memory it is, for people
     * @param backing the bytes, whole pages
     * @throws org.kakuri.api.Unsupported if there is no room
     */
    public Region place(String zone, String label, Backing backing) {
        return placing(label, backing, () -> zones.take(zone, wholePages(backing)));
    }

    /**
     * Places a backing at a given address, inside a zone or not.
     *
     * @throws WrongState if something is there
     */
    public Region placeAt(long address, String label, Backing backing) {
        if (address < 0 || address % PAGE != 0) {
            throw new IllegalArgumentException("not the address of a page: address=0x" + Long.toHexString(address));
        }
        return placing(label, backing, () -> zones.takeAt(new Range(address, wholePages(backing))));
    }

    /** Removes a region and frees its addresses; does not scrub. Waits for running accesses. Idempotent. */
    public void remove(Region region) {
        exclusively(() -> {
            if (regions.remove(region.range().start(), region)) {
                zones.give(region.range());
            }
        });
    }

    /** Returns what is placed now, by address. */
    public List<Region> regions() {
        lock.readLock().lock();
        try {
            return List.copyOf(regions.values());
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Runs a change during which no access runs, such as one of several registers of a checker or of a checker and the
     * regions together.
     *
     * @param change must not wait for a thread that accesses memory
     */
    public void exclusively(Runnable change) {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException("physical memory is changed from inside an access to it");
        }
        lock.writeLock().lock();
        try {
            change.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Adds a checker, switched on.
     *
     * @throws WrongState if there is one of that name
     */
    public void add(Checker checker) {
        exclusively(() -> checkers = checkers.with(checker));
    }

    /** Removes a checker, with whatever it protected unprotected: for a facility that goes when nothing uses it. Idempotent. */
    public void remove(Checker checker) {
        exclusively(() -> checkers = checkers.without(checker));
    }

    @Override
    public List<String> checkers() {
        return current().names();
    }

    /** Returns the names of the checkers that are switched off now. */
    public List<String> disabled() {
        return current().names(slot -> !slot.on());
    }

    @Override
    public void enable(String checker, boolean on) {
        var changed = new boolean[1];
        exclusively(() -> {
            CheckerList next = checkers.switched(checker, on);
            changed[0] = !next.equals(checkers);
            checkers = next;
        });
        if (changed[0]) {
            listener.switched(checker, on);
        }
    }

    @Override
    public Access without(String checker, Supplier<Access> access) {
        var outcome = new Access[1];
        var changed = new boolean[1];
        try {
            exclusively(() -> {
                CheckerList before = checkers;
                checkers = before.switched(checker, false);
                changed[0] = !checkers.equals(before);
                try {
                    outcome[0] = access.get();
                } finally {
                    checkers = before;
                }
            });
        } finally {
            if (changed[0]) {
                listener.switched(checker, false);
                listener.switched(checker, true);
            }
        }
        return outcome[0];
    }

    @Override
    public Guard guard(Actor actor, long address) {
        lock.readLock().lock();
        try {
            Region region = regionAt(address);
            if (region == null) {
                return Guard.EVERY_ACCESS;
            }
            for (CheckerList.Slot slot : checkers.slots()) {
                if (slot.on() && slot.checker().covers(address)) {
                    return region.backing().guard(actor, address - region.range().start());
                }
            }
            return Guard.NONE;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Access read(Actor actor, long address, MemorySegment to) {
        return access(actor, address, to, false);
    }

    @Override
    public Access write(Actor actor, long address, MemorySegment from) {
        return access(actor, address, from, true);
    }

    /** Scrubs and removes whatever is placed. */
    public void scrub() {
        var failures = new ArrayList<RuntimeException>();
        for (Region region : regions()) {
            try {
                region.backing().scrub();
            } catch (RuntimeException e) {
                failures.add(e);
            }
            remove(region);
        }
        if (!failures.isEmpty()) {
            throw new KakuriException("memory could not be scrubbed: regions=" + failures.size() + ", first="
                    + failures.getFirst().getMessage(), "", failures.getFirst());
        }
    }

    private Access access(Actor actor, long address, MemorySegment data, boolean write) {
        long bytes = data.byteSize();
        if (bytes == 0) {
            return Access.Granted.PLAIN;
        }
        if (address < 0 || address + bytes < 0) {
            return bus(actor, new Range(address, address < 0 ? Math.min(bytes, -1 - address) : bytes), write);
        }
        lock.readLock().lock();
        try {
            var plan = new AccessPlan(write);
            for (long at = address; at < address + bytes;) {
                Region region = regionAt(at);
                if (region == null) {
                    return bus(actor, new Range(at, address + bytes - at), write);
                }
                long end = Math.min(address + bytes, (at & -PAGE) + PAGE);
                var piece = new Range(at, end - at);
                AccessFault fault = decide(actor, piece, write, plan, region);
                if (fault != null) {
                    return fault;
                }
                at = end;
            }
            return plan.copy(address, data);
        } finally {
            lock.readLock().unlock();
        }
    }

    private AccessFault decide(Actor actor, Range piece, boolean write, AccessPlan plan, Region region) {
        for (CheckerList.Slot slot : checkers.slots()) {
            if (!slot.on()) {
                continue;
            }
            switch (slot.checker().check(actor, piece, write)) {
            case Decision.Pass _ -> {}
            case Decision.Deny(String rule, String detail) -> {
                return new AccessFault(slot.name(), rule, actor, piece, write, detail);
            }
            case Decision.Substitute substitute -> {
                plan.add(region, piece, substitute,
                        new AccessFault(slot.name(), substitute.rule(), actor, piece, write, substitute.detail()));
                return null;
            }
            }
        }
        plan.add(region, piece, null, null);
        return null;
    }

    private static AccessFault bus(Actor actor, Range range, boolean write) {
        return new AccessFault(BUS, BUS_RULE, actor, range, write, "nothing is placed at 0x"
                + Long.toHexString(range.start()));
    }

    private Region regionAt(long address) {
        var entry = regions.floorEntry(address);
        return entry != null && entry.getValue().range().contains(address) ? entry.getValue() : null;
    }

    private Region placing(String label, Backing backing, Supplier<Range> take) {
        var placed = new Region[1];
        exclusively(() -> {
            placed[0] = new Region(label, take.get(), backing);
            regions.put(placed[0].range().start(), placed[0]);
        });
        return placed[0];
    }

    private static long wholePages(Backing backing) {
        long bytes = backing.bytes();
        if (bytes <= 0 || bytes % PAGE != 0) {
            throw new IllegalArgumentException("memory is placed in whole pages: bytes=" + bytes + ", page=" + PAGE);
        }
        return bytes;
    }

    private CheckerList current() {
        lock.readLock().lock();
        try {
            return checkers;
        } finally {
            lock.readLock().unlock();
        }
    }
}
