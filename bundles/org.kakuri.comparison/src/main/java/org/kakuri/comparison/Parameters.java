package org.kakuri.comparison;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;

/** Parameters that the experiments share. Sizes and prices that no source gives have no source here either. */
public final class Parameters {
    private static final String COMPARISON = "SCwatcher compares SCONE with Occlum";
    private static final String UNSOURCED = "";

    private Parameters() {}

    /** Returns those of a comparison with sizes that no source gives. */
    public static List<Parameter> of(List<String> memory, List<String> heap, Parameter... more) {
        return of(memory, UNSOURCED, heap, UNSOURCED, more);
    }

    /**
     * Returns those of a comparison: backend, the two runtimes, sizes.
     *
     * @param memory default sizes of the one instance
     * @param memorySource where these come from; empty if from nowhere
     * @param heap default sizes of the heap of an instance for one process
     * @param heapSource where these come from; empty if from nowhere
     * @param more more parameters
     */
    public static List<Parameter> of(List<String> memory, String memorySource, List<String> heap, String heapSource,
            Parameter... more) {
        List<Parameter> all = new ArrayList<>(List.of(
                new Parameter("tee", "backend whose instances hold the programs", Kind.BACKEND, List.of("sgx"),
                        List.of(), 0, 0, COMPARISON),
                new Parameter(Pairs.APART, "runtime with an instance for each process", Kind.RUNTIME, List.of("scone"),
                        List.of(), 0, 0, COMPARISON),
                new Parameter(Pairs.TOGETHER, "runtime with all processes in one instance", Kind.RUNTIME,
                        List.of("occlum"), List.of(), 0, 0, COMPARISON),
                new Parameter("memory", "most memory of a session; the one instance of all processes is that large",
                        Kind.SIZE, memory, List.of(), 1 << 20, 1L << 34, memorySource),
                new Parameter("heap", "heap of an instance for one process", Kind.SIZE, heap, List.of(), 4096,
                        1L << 34, heapSource)));
        all.addAll(List.of(more));
        return all;
    }

    /** Ends of the interval of prices that nobody has published for this purpose. */
    public static Parameter prices() {
        return new Parameter("prices", "ends of the interval of unsourced prices", Kind.CHOICE, List.of("low", "high"),
                List.of("low", "high"), 0, 0, UNSOURCED);
    }
}
