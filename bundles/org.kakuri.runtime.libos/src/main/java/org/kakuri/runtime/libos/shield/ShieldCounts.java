package org.kakuri.runtime.libos.shield;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.EventCount;

/** What a shield has done. From any thread. */
final class ShieldCounts {
    private static final int MOST_NOTES = 32;

    private final AtomicLong times = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final Map<String, Integer> notes = new LinkedHashMap<>();

    /** A connection, or a record. */
    void one() {
        times.incrementAndGet();
    }

    /** Something was encrypted or decrypted. */
    void crypto(long plain, long took) {
        bytes.addAndGet(plain);
        nanos.addAndGet(Math.max(0, took));
    }

    /** Something that a reader of the results must know. */
    synchronized void note(String text) {
        if (notes.size() < MOST_NOTES || notes.containsKey(text)) {
            notes.merge(text, 1, Integer::sum);
        }
    }

    synchronized List<String> notes() {
        List<String> texts = new ArrayList<>();
        notes.forEach((text, n) -> texts.add(n == 1 ? text : text + " (" + n + " times)"));
        return texts;
    }

    EventCount event() {
        return new EventCount(times.get(), bytes.get(), Observability.EXACT);
    }

    long nanos() {
        return nanos.get();
    }
}
