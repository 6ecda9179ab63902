package org.kakuri.api.tee;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** Extension of a backend whose platform can be varied as data, so that a variant of it needs no code. */
@ConsumerType
public interface Variable {
    /** Returns what can be set, with its meaning, unit and range. */
    Map<String, String> settings();

    /**
     * Makes a backend that differs from this one in the given settings.
     *
     * @param name the variant's name
     * @param settings by name; those left out stay as they are here
     * @throws org.kakuri.api.UsageError if one is unknown or out of range
     */
    TeeBackend vary(String name, Map<String, String> settings);
}
