package org.kakuri.domain.internal.host;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Gone;
import org.kakuri.platform.linux.ResourceScope;

/**
 * The children that have not ended. On close all are told to end before the first is waited for, and one that makes trouble keeps
 * no other from being closed. Thread-safe.
 */
final class OpenHosts implements AutoCloseable {
    private final ResourceScope ends = new ResourceScope("the bundle of the domain hosts");
    private final ResourceScope closes = new ResourceScope("the bundle of the domain hosts");
    private final Map<Host, Held> open = new ConcurrentHashMap<>();

    /** A child. */
    interface Host extends AutoCloseable {
        /** Tells it to end, without waiting. */
        void end();

        /** Returns whether nothing is left of it. */
        boolean hasEnded();

        /** Ends it and waits until it has. */
        @Override
        void close();
    }

    private record Held(ResourceScope.Registration end, ResourceScope.Registration close) {
        void release() {
            end.release();
            close.release();
        }
    }

    /**
     * Keeps a child; forgets those that have ended.
     *
     * @throws Gone if no child is to be open any more; this one was closed then
     */
    void add(String name, Host host) {
        open.keySet().stream().filter(Host::hasEnded).toList().forEach(this::remove);
        try {
            open.put(host, new Held(ends.register(name, host::end), closes.register(name, host)));
        } catch (IllegalStateException stopped) {
            try (host) {
                throw new Gone("the bundle of the domain hosts was stopped", "start it", false, stopped);
            }
        }
    }

    /** Forgets a child, which somebody else closes. */
    void remove(Host host) {
        Held held = open.remove(host);
        if (held != null) {
            held.release();
        }
    }

    /**
     * Ends all children, and those that come later at once.
     *
     * @throws IllegalStateException naming those that made trouble
     */
    @Override
    public void close() {
        try (closes) {
            ends.close();
        } finally {
            open.clear();
        }
    }
}
