package org.kakuri.api.runtime;

import java.util.List;
import org.kakuri.api.tee.BackendInfo;
import org.osgi.annotation.versioning.ProviderType;

/** Core's shelf of derived backends, kept in the workspace. Called by commands. Thread-safe. */
@ProviderType
public interface Variants {
    /** Returns the variants there are. */
    List<Variant> variants();

    /**
     * Adds a variant, which is a backend like any other from then on.
     *
     * @throws org.kakuri.api.UsageError if its name is taken or no name, or its base, a setting or an event is unknown
     * @throws org.kakuri.api.KakuriException if it cannot be kept in the workspace
     */
    BackendInfo derive(Variant variant);

    /**
     * Removes a variant; leases of it end.
     *
     * @throws org.kakuri.api.UsageError if there is none of that name
     */
    void drop(String name);
}
