package org.kakuri.system.tzmediator.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.kakuri.api.runtime.RuntimeSession;

/**
 * The program that plays the TA. It finds its partner on descriptors {@code ShadowProcess.READS} and {@code WRITES}.
 *
 * @param module its code
 * @param argv its arguments, its name first
 * @param before what happens in its session before it starts
 */
public record TrustedProgram(Path module, List<String> argv, Consumer<RuntimeSession> before) {
    /** Copies the arguments. */
    public TrustedProgram {
        argv = List.copyOf(argv);
    }
}
