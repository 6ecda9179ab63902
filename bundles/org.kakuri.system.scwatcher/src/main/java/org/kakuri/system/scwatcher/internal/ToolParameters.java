package org.kakuri.system.scwatcher.internal;

import java.util.List;
import java.util.Locale;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.api.experiment.Point;
import org.kakuri.comparison.Parameters;
import org.kakuri.system.scwatcher.internal.fetch.Fetching;

/** Parameters that experiments with tools share. */
final class ToolParameters {
    static final String RUN_MEMORY = "run-memory";
    static final String RUN_HEAP = "run-heap";
    static final String FETCH = "fetch";
    private static final String OCCLUM = "Occlum documentation, Occlum Configuration, resource_limits: user_space_size 256MB, "
            + "kernel_space_heap_size 32MB";
    private static final String SCONE = "SCONE documentation, scone-signer: --heap, default 64MB";
    private static final String SMALL = "our choice: small, so that a run does not take minutes; what is counted is projected "
            + "to the sizes above";

    private ToolParameters() {}

    /** Returns those that are always there, and more. */
    static List<Parameter> of(Parameter... more) {
        return Parameters.of(List.of("288m"), OCCLUM, List.of("64m"), SCONE, java.util.stream.Stream.concat(
                java.util.stream.Stream.of(
                        new Parameter(RUN_MEMORY, "size of the one instance that is really run", Kind.SIZE,
                                List.of("64m"), List.of(), 1 << 20, 1L << 34, SMALL),
                        new Parameter(RUN_HEAP, "heap of an instance that is really run", Kind.SIZE, List.of("1m"),
                                List.of(), 4096, 1L << 34, SMALL),
                        new Parameter(FETCH, "when the guest's memory is fetched", Kind.CHOICE, List.of("cached"),
                                List.of("cached", "per-field"), 0, 0,
                                "ours; per-field is the source's")),
                java.util.Arrays.stream(more)).toArray(Parameter[]::new));
    }

    static Fetching fetching(Point point) {
        return Fetching.valueOf(point.text(FETCH).toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
