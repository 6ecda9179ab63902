package org.kakuri.system.swap.internal;

import java.util.List;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;

/** Parameters that the experiments share. */
final class Parameters {
    private static final String OURS = "our choice; the statement is about any value";

    private Parameters() {}

    static List<Parameter> of(int swaps, int updates, int callers) {
        return List.of(number("swaps", "swaps in all", swaps, 100_000),
                number("updates", "updates in all", updates, 10_000),
                number("callers", "threads that call without a pause", callers, 256),
                new Parameter("from", "backend that callers ask for", Kind.BACKEND, List.of("trustzone"), List.of(), 0,
                        0, OURS),
                new Parameter("to", "backend it is swapped for, and back", Kind.BACKEND, List.of("none"), List.of(), 0,
                        0, OURS),
                new Parameter("runtime", "runtime of the callers' guests", Kind.RUNTIME, List.of("wasm"), List.of(), 0,
                        0, OURS),
                new Parameter("system", "bundle that is updated in turn with those of backends and runtime", Kind.TEXT,
                        List.of("org.kakuri.system.tzmediator"), List.of(), 0, 0, OURS));
    }

    private static Parameter number(String name, String text, int value, long most) {
        return new Parameter(name, text, Kind.NUMBER, List.of(Integer.toString(value)), List.of(), 1, most, OURS);
    }
}
