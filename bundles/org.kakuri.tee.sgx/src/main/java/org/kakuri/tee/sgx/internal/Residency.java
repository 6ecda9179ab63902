package org.kakuri.tee.sgx.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.kakuri.tee.model.EventRecorder;

/**
 * Whether an enclave's pages are in the EPC.
 * <p>
 * The code inside reaches its memory directly, so nobody sees which page it needs next. Therefore an enclave is in the EPC as a whole
 * while a context is inside, and is evicted only while none is. That is coarser than real page faults: counts of swaps are a lower
 * bound for an enclave that touches more than fits, and exact for enclaves that take turns.
 */
final class Residency {
    private static final int CLOSED = -1;

    private final String name;
    private final EventRecorder recorder;
    private final List<EnclavePages> pages = new ArrayList<>();
    /** Contexts inside; or CLOSED while pages are being evicted. */
    private final AtomicInteger inside = new AtomicInteger();
    private volatile int evicted;
    private long stamp;

    Residency(String name, EventRecorder recorder) {
        this.name = name;
        this.recorder = recorder;
    }

    String name() {
        return name;
    }

    EventRecorder recorder() {
        return recorder;
    }

    /** Comes in, with all pages in the EPC until {@link #leave}. */
    void enter(Pager pager) {
        while (true) {
            int now = inside.get();
            if (now >= 0 && inside.compareAndSet(now, now + 1)) {
                break;
            }
            Thread.onSpinWait();
        }
        if (evicted > 0) {
            try {
                pager.load(this);
            } catch (RuntimeException e) {
                leave();
                throw e;
            }
        }
    }

    void leave() {
        inside.decrementAndGet();
    }

    /** Keeps contexts out, if none is inside. Under the pager's lock, as everything below. */
    boolean close() {
        return inside.compareAndSet(0, CLOSED);
    }

    void open() {
        inside.set(0);
    }

    void add(EnclavePages block) {
        pages.add(block);
    }

    void remove(EnclavePages block) {
        pages.remove(block);
    }

    List<EnclavePages> pages() {
        return pages;
    }

    void count(int more) {
        evicted += more;
    }

    int evicted() {
        return evicted;
    }

    /** Returns when it was last made or loaded: who was so longest ago is evicted first. */
    long stamp() {
        return stamp;
    }

    void stamp(long now) {
        stamp = now;
    }
}
