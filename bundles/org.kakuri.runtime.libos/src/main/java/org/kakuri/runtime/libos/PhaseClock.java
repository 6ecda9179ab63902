package org.kakuri.runtime.libos;

import java.util.Arrays;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Says where the wall clock of one thread goes: each moment belongs to exactly one phase, so that the phases' sum is
 * the time from the first to the last change. One thread changes it; any may read.
 */
public final class PhaseClock {
    private final long[] nanos = new long[Phase.values().length];
    private Phase now;
    private long since;

    /** Where time goes. */
    public enum Phase {
        /** Verifying and decrypting an image. */
        IMAGE,
        /** Creating an instance and putting memory into it. */
        BUILD,
        /** Sealing an instance: digesting what is in it. */
        MEASURE,
        /** Local attestation between instances. */
        ATTEST,
        /** Copying memory between instances. */
        COPY,
        /** Encrypting and decrypting files and copied memory. */
        CRYPTO,
        /** Waiting until a crossing has happened, where its price is waited for. */
        TRANSITION,
        /** Destroying instances. */
        DESTROY,
        /** Making up files that services serve to guests: what a file system inside the instance would do. */
        SERVE,
        /** The workbench itself: ptrace stops, Java, starting processes. */
        HARNESS,
        /** As GUEST, while a system call waits for a host thread. */
        QUEUE,
        /** The guest runs, or the kernel works for it. */
        GUEST;

        /** Returns its name in reports. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Closes a nested phase. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /** Begins the first phase, or goes over to another one. */
    public synchronized void turn(Phase phase) {
        long at = System.nanoTime();
        if (now != null) {
            nanos[now.ordinal()] += at - since;
        }
        now = phase;
        since = at;
    }

    /** Goes over to a phase until the scope is closed. */
    public Scope in(Phase phase) {
        Phase before;
        synchronized (this) {
            before = now;
            turn(phase);
        }
        return () -> turn(before);
    }

    /** Ends. */
    public void stop() {
        turn(null);
    }

    /** Returns the ns so far, by phase; phases without time are left out. */
    public synchronized SortedMap<String, Long> nanos() {
        long[] sums = Arrays.copyOf(nanos, nanos.length);
        if (now != null) {
            sums[now.ordinal()] += System.nanoTime() - since;
        }
        var map = new TreeMap<String, Long>();
        for (Phase phase : Phase.values()) {
            if (sums[phase.ordinal()] > 0) {
                map.put(phase.word(), sums[phase.ordinal()]);
            }
        }
        return map;
    }
}
