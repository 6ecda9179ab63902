package org.kakuri.api.runtime;

import java.util.List;
import org.kakuri.api.Deadline;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Core watches whether the class loaders of bundles that were updated or uninstalled become collectable. Called by leak checks.
 * Thread-safe.
 */
@ProviderType
public interface LoaderWatch {
    /**
     * Returns the class loaders of bundles that went and that something still holds. Collects garbage again and again until none
     * is left or the deadline has passed.
     */
    List<StaleLoader> stale(Deadline deadline);

    /** Returns how many class loaders of bundles that went were seen to be collected. */
    long collected();

    /**
     * A class loader that should be gone.
     *
     * @param bundle symbolic name of its bundle
     * @param id the id the bundle had
     * @param location where the bundle came from
     * @param later how many bundles of the same name went after it; 0 for the last that went, which a frame of a waiting thread may
     *        hold by a dead local variable until it runs on
     */
    record StaleLoader(String bundle, long id, String location, int later) {}
}
