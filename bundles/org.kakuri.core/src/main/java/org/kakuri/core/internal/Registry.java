package org.kakuri.core.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kakuri.api.Deadline;
import org.kakuri.api.Nearest;

/**
 * The providers of one kind, by their unique names. Where two claim a name the older one keeps it until it goes; ranking plays
 * no part.
 *
 * @param <S> service interface
 * @param <I> its info
 */
final class Registry<S, I> {
    private final String kind;
    private final TreeMap<String, List<Provider<S, I>>> byName = new TreeMap<>();
    private final Map<String, String> routes = new HashMap<>();

    /**
     * @param kind what is registered, for messages: {@code backend} or {@code runtime}
     */
    Registry(String kind) {
        this.kind = kind;
    }

    /** Adds a provider; returns whether it answers to its name now. */
    synchronized boolean add(Provider<S, I> provider) {
        List<Provider<S, I>> same = byName.computeIfAbsent(provider.name(), _ -> new ArrayList<>());
        same.add(provider);
        notifyAll();
        return same.size() == 1;
    }

    /** Removes a provider; the next of that name, if any, takes over. */
    synchronized void remove(Provider<S, I> provider) {
        byName.computeIfPresent(provider.name(), (_, same) -> {
            same.remove(provider);
            return same.isEmpty() ? null : same;
        });
    }

    /** Returns the providers that answer to a name, by name. */
    synchronized List<Provider<S, I>> all() {
        return byName.values().stream().map(List::getFirst).toList();
    }

    /** Returns every provider, also those whose name is taken. */
    synchronized List<Provider<S, I>> registered() {
        return byName.values().stream().flatMap(List::stream).toList();
    }

    /** Returns the provider of a name. */
    synchronized Optional<Provider<S, I>> find(String name) {
        return Optional.ofNullable(byName.get(name)).map(List::getFirst);
    }

    /** Makes a provider answer to its name, in front of others of that name. */
    synchronized void prefer(Provider<S, I> provider) {
        List<Provider<S, I>> same = byName.get(provider.name());
        same.remove(provider);
        same.addFirst(provider);
    }

    /** From now on leases of one name are given the other; a way back that stood until now is removed. */
    synchronized void route(String from, String to) {
        routes.remove(to);
        routes.replaceAll((_, target) -> target.equals(from) ? to : target);
        routes.put(from, to);
        routes.entrySet().removeIf(route -> route.getKey().equals(route.getValue()));
    }

    /** Ends the detour of a name: somebody asked for the real one again. */
    synchronized void unroute(String name) {
        routes.remove(name);
    }

    /** Returns the name that leases of a name are given. */
    synchronized String routed(String name) {
        return routes.getOrDefault(name, name);
    }

    /**
     * Returns the provider that leases of a name are given, waiting for it to appear.
     *
     * @throws org.kakuri.api.UsageError if there is none at the deadline
     */
    synchronized Provider<S, I> awaitRouted(String name, Deadline deadline) {
        return await(routed(name), deadline);
    }

    /**
     * Returns the provider of a name, waiting for it to appear.
     *
     * @throws org.kakuri.api.UsageError if there is none at the deadline
     */
    synchronized Provider<S, I> await(String name, Deadline deadline) {
        while (!byName.containsKey(name)) {
            long left = deadline.remaining().toMillis();
            if (left == 0) {
                throw Nearest.unknown(kind, name, new TreeSet<>(byName.keySet()));
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Nearest.unknown(kind, name, new TreeSet<>(byName.keySet()));
            }
        }
        return byName.get(name).getFirst();
    }
}
