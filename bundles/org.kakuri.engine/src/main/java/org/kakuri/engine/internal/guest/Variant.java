package org.kakuri.engine.internal.guest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.runtime.RuntimeImage;

/**
 * An arm: the program in one of its forms.
 *
 * @param name what claims and figures call it
 * @param title one line
 * @param image what runs
 * @param sha256 the digest the image must have, if the file says so
 * @param argv arguments; the first is the program's name
 * @param env its whole environment
 * @param parameters values it has at every point, whatever the point says, in canonical spelling
 */
public record Variant(String name, String title, RuntimeImage image, Optional<String> sha256, List<Template> argv,
        Map<String, Template> env, Map<String, String> parameters) {

    /** Copies the collections. */
    public Variant {
        argv = List.copyOf(argv);
        env = Map.copyOf(env);
        parameters = Map.copyOf(parameters);
    }
}
