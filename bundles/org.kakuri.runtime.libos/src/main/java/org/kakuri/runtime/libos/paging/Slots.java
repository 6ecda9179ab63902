package org.kakuri.runtime.libos.paging;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Which page of a window each page of a process is: a page gets a slot when it is touched first. Thread-safe. */
final class Slots {
    private static final int FIRST_ROOM = 256;

    private final int most;
    private final Map<Long, Integer> slots = new HashMap<>();
    private final Deque<Integer> freed = new ArrayDeque<>();
    private long[] pages = new long[FIRST_ROOM];
    private int next;

    /** Takes how many there may be. */
    Slots(int most) {
        this.most = most;
    }

    /** Returns the slot of a page; empty if it has none. */
    synchronized OptionalInt of(long page) {
        Integer slot = slots.get(page);
        return slot == null ? OptionalInt.empty() : OptionalInt.of(slot);
    }

    /** Returns the slot of a page, which it gets now if it has none; empty if all are taken. */
    synchronized OptionalInt take(long page) {
        OptionalInt known = of(page);
        if (known.isPresent() || freed.isEmpty() && next == most) {
            return known;
        }
        int slot = freed.isEmpty() ? next++ : freed.pop();
        if (slot >= pages.length) {
            pages = Arrays.copyOf(pages, Math.min(most, 2 * pages.length));
        }
        pages[slot] = page;
        slots.put(page, slot);
        return OptionalInt.of(slot);
    }

    /** Returns the page of a slot that is taken. */
    synchronized long page(int slot) {
        return pages[slot];
    }

    /** Gives a slot back. */
    synchronized void free(int slot) {
        if (slots.remove(pages[slot], slot)) {
            freed.push(slot);
        }
    }

    /** Returns the pages that have slots, in a range of addresses. */
    synchronized long[] within(long from, long to) {
        return slots.keySet()
                .stream()
                .mapToLong(page -> page)
                .filter(page -> page >= from && page < to)
                .sorted()
                .toArray();
    }
}
