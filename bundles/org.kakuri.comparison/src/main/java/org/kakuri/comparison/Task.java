package org.kakuri.comparison;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A program of this machine, as it is run again and again.
 *
 * @param program executed as it lies on this machine
 * @param arguments what follows its name
 * @param environment its environment
 * @param options options of the runtime
 * @param check looks at what it wrote to its standard output and says what is wrong with it; without one its output goes nowhere
 */
public record Task(Path program, List<String> arguments, Map<String, String> environment, Map<String, String> options,
        Optional<Function<String, Optional<String>>> check) {

    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C");

    /** Copies the collections. */
    public Task {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        options = Map.copyOf(options);
    }

    /** Returns a program whose output does not matter. */
    public static Task of(String program, String... arguments) {
        return new Task(Path.of(program), List.of(arguments), ENVIRONMENT, Map.of(), Optional.empty());
    }
}
