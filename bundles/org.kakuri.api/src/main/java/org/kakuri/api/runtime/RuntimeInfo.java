package org.kakuri.api.runtime;

import java.util.Map;
import java.util.Set;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.Capability;

/**
 * What a runtime is; crosses process borders.
 *
 * @param name unique, lower case: what {@code rt:use} takes
 * @param title one line
 * @param images kinds of image it runs
 * @param needs capabilities its backend must have
 * @param memoryLimit most memory one session can give its guests, in bytes
 * @param observability how well it sees each kind of event, by event name
 * @param options session options it knows, with their meaning
 */
public record RuntimeInfo(String name, String title, Set<RuntimeImage.Kind> images, Set<Capability> needs,
        long memoryLimit, Map<String, Observability> observability, Map<String, String> options) {

    /** Copies the collections. */
    public RuntimeInfo {
        images = Set.copyOf(images);
        needs = Set.copyOf(needs);
        observability = Map.copyOf(observability);
        options = Map.copyOf(options);
    }
}
