package org.kakuri.system.swap.internal;

import java.util.ArrayList;
import java.util.List;

/** How long callers waited for a lease and a session. Thread-safe. */
final class Waits {
    private final List<Wait> all = new ArrayList<>();

    /**
     * A wait.
     *
     * @param from when the caller asked, as {@link System#nanoTime} tells it
     * @param to when it had its session
     */
    record Wait(long from, long to) {
        /** Returns how long it was, in ns. */
        long nanos() {
            return to - from;
        }

        /** Returns whether a part of it lies between two moments. */
        boolean overlaps(long begin, long end) {
            return to - begin >= 0 && end - from >= 0;
        }
    }

    synchronized void add(long from, long to) {
        all.add(new Wait(from, to));
    }

    /** Returns the waits since the last time. */
    synchronized List<Wait> take() {
        List<Wait> taken = List.copyOf(all);
        all.clear();
        return taken;
    }
}
