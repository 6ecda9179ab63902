package org.kakuri.runtime.libos.paging;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.EventCount;

/** Page faults of guests that were served here. Any thread may count and read. */
public final class PageCounts {
    /** Event: a guest touched a page of observed memory that was not there: for the first time, or because it was evicted. */
    public static final String TOUCH = "page.touch";
    /** Event: a page that a guest touched had been evicted, and was brought back. */
    public static final String RELOAD = "page.reload";

    private static final long PAGE = 4096;
    private final AtomicLong touches = new AtomicLong();
    private final AtomicLong reloads = new AtomicLong();

    void touched(boolean back) {
        touches.incrementAndGet();
        if (back) {
            reloads.incrementAndGet();
        }
    }

    /** Returns the counts as events. */
    public Map<String, EventCount> events() {
        return Map.of(TOUCH, new EventCount(touches.get(), 0, Observability.EXACT), RELOAD,
                new EventCount(reloads.get(), reloads.get() * PAGE, Observability.EXACT));
    }
}
