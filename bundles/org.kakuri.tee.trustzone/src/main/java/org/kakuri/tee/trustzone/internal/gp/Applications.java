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
