package org.kakuri.platform.linux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one owner, such as a component, keeps across calls: threads, arenas, descriptors, mappings, child processes, anything
 * closeable. Closed in one go, the youngest first; what fails to close does not keep the others from being closed. Thread-safe.
 */
public final class ResourceScope implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String owner;
    private final Duration patience;
    private final List<Held> held = new ArrayList<>();
    private boolean closed;

    /** Says that a resource is no longer the scope's; it was not closed by this. */
    @FunctionalInterface
    public interface Registration {
        /** Forgets the resource; the second time nothing happens. */
        void release();
    }

    private record Held(String name, AutoCloseable resource) {}

    /**
     * @param owner who owns what is kept, for messages
     */
    public ResourceScope(String owner) {
        this(owner, PATIENCE);
    }

    /**
     * @param owner who owns what is kept, for messages
     * @param patience how long each thread is waited for after its interrupt
     */
    public ResourceScope(String owner, Duration patience) {
        this.owner = owner;
        this.patience = patience;
    }

    /**
     * Keeps something.
     *
     * @return the same
     * @throws IllegalStateException if the scope was closed; the resource was then closed too
     */
    public <T extends AutoCloseable> T keep(String name, T resource) {
        register(name, resource);
        return resource;
    }

    /**
     * Keeps a thread: on close it is interrupted and waited for. One that has ended needs no release, but holds its place until
     * there is one.
     *
     * @throws IllegalStateException if the scope was closed; the thread was then interrupted
     */
    public Registration adopt(Thread thread) {
        return register("thread " + thread.getName(), () -> end(thread));
    }

    /**
     * Keeps something that may go earlier.
     *
     * @throws IllegalStateException if the scope was closed; the resource was then closed too
     */
    public Registration register(String name, AutoCloseable resource) {
        Held entry = new Held(name, resource);
        synchronized (held) {
            if (!closed) {
                held.add(entry);
                return () -> forget(entry);
            }
        }
        IllegalStateException late = new IllegalStateException(
                "%s is closed and keeps nothing more: %s".formatted(owner, name));
        attempt(entry).ifPresent(late::addSuppressed);
        throw late;
    }

    private void forget(Held entry) {
        synchronized (held) {
            held.removeIf(one -> one == entry);
        }
    }

    /** Returns the names of what is kept at this moment, oldest first. */
    public List<String> names() {
        synchronized (held) {
            return held.stream().map(Held::name).toList();
        }
    }

    /**
     * Closes everything, the youngest first. The second close does nothing.
     *
     * @throws IllegalStateException naming what was not closed, with the reasons as suppressed exceptions
     */
    @Override
    public void close() {
        List<Held> going;
        synchronized (held) {
            closed = true;
            going = List.copyOf(held).reversed();
            held.clear();
        }
        List<String> left = new ArrayList<>();
        List<Exception> reasons = new ArrayList<>();
        for (Held entry : going) {
            attempt(entry).ifPresent(reason -> {
                left.add(entry.name());
                reasons.add(reason);
            });
        }
        if (!left.isEmpty()) {
            IllegalStateException failure = new IllegalStateException(
                    "%s did not close %s".formatted(owner, String.join(", ", left)));
            reasons.forEach(failure::addSuppressed);
            throw failure;
        }
    }

    private static Optional<Exception> attempt(Held entry) {
        try {
            entry.resource().close();
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(e);
        } catch (Exception e) {
            return Optional.of(e);
        }
    }

    private void end(Thread thread) throws InterruptedException {
        thread.interrupt();
        if (thread != Thread.currentThread() && !thread.join(patience)) {
            throw new IllegalStateException(
                    "thread %s still runs %d ms after its interrupt".formatted(thread.getName(), patience.toMillis()));
        }
    }
}
