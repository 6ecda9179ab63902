package org.kakuri.api.tee;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The architectural events of all machines of this process, those made later included, and of the domain hosts it starts while
 * somebody listens. Nothing is spent on it while nobody does. Thread-safe.
 */
@ProviderType
public interface EventTraces {
    /**
     * Listens.
     *
     * @return ends it; idempotent
     */
    Subscription listen(Listener listener);

    /** Returns whether anybody listens. */
    boolean wanted();

    /**
     * Hands over events of another process.
     *
     * @param events in the order they happened there
     * @param dropped how many more that process could not pass on
     */
    void forward(List<TracedEvent> events, long dropped);

    /** Ends listening. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** Receives events, on the thread that causes them: must not wait for anything. */
    interface Listener {
        /** Called for each event. */
        void event(TracedEvent event);

        /** Called when events of another process were lost on their way. */
        void dropped(long events);
    }
}
