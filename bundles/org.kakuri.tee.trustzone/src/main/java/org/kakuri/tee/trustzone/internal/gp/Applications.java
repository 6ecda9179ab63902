package org.kakuri.tee.trustzone.internal.gp;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.gp.TaImage;

/** The applications of one machine: what is installed, and the single instances that are loaded. A facility; thread-safe. */
final class Applications {
    private final Map<UUID, TaImage> installed = new ConcurrentHashMap<>();
    private final Map<UUID, LoadedApplication> loaded = new ConcurrentHashMap<>();
    private final Turns turns = new Turns();

    void install(TaImage image) {
        installed.put(image.properties().uuid(), image);
    }

    /** Forgets an image unless another took its place; a single instance that nobody has a session with goes too. */
    void remove(TaImage image) {
        UUID uuid = image.properties().uuid();
        if (!installed.remove(uuid, image)) {
            return;
        }
        turns.takeAlways(uuid);
        try {
            single(uuid).filter(application -> !application.busy()).ifPresent(application -> {
                application.instance().close();
                forget(uuid, application);
            });
        } finally {
            turns.give(uuid);
        }
    }

    Optional<TaImage> image(UUID uuid) {
        return Optional.ofNullable(installed.get(uuid));
    }

    Turns turns() {
        return turns;
    }

    /** Returns the single instance that is alive. */
    Optional<LoadedApplication> single(UUID uuid) {
        return Optional.ofNullable(loaded.get(uuid)).filter(LoadedApplication::alive);
    }

    void single(UUID uuid, LoadedApplication application) {
        loaded.put(uuid, application);
    }

    /** Destroys the single instances, also those that are kept alive. */
    void kill() {
        loaded.values().forEach(application -> application.instance().close());
        loaded.clear();
    }

    void forget(UUID uuid, LoadedApplication application) {
        loaded.remove(uuid, application);
    }
}
