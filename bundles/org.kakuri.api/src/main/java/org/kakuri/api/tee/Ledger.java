package org.kakuri.api.tee;

import org.osgi.annotation.versioning.ProviderType;

/** Read access to the events of an instance or a machine. Only state transitions of the model write it. Thread-safe. */
@ProviderType
public interface Ledger {
    /** Returns the counts so far. */
    LedgerSnapshot snapshot();

    /**
     * Subscribes to the events as they happen; used by {@code --trace}. The listener runs on the thread that causes the event
     * and must be quick.
     *
     * @return closes the subscription
     */
    AutoCloseable trace(TraceListener listener);

    /** Receives events. */
    @FunctionalInterface
    interface TraceListener {
        /**
         * Called once for each event.
         *
         * @param event its name
         * @param count how often it occurred at once
         * @param bytes bytes moved
         */
        void event(String event, long count, long bytes);
    }
}
