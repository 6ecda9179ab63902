package org.kakuri.system.swap.internal;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.experiment.SampleSink;

/** Times of an arm, in ns: those of the block that is measured, and all of the trial. */
final class Times {
    private final List<Double> block = new ArrayList<>();
    private final List<Double> all = new ArrayList<>();

    void add(double nanos) {
        block.add(nanos);
        all.add(nanos);
    }

    /** Returns how many there are since the beginning of the trial. */
    int total() {
        return all.size();
    }

    /**
     * Hands the block's times on: each one if as many are wanted, otherwise the medians of so many groups, in order. Tells the
     * distribution over the trial as extras.
     */
    void report(int wanted, SampleSink sink) {
        int groups = Math.min(wanted, block.size());
        for (int i = 0; i < groups; i++) {
            List<Double> group = block.subList(i * block.size() / groups, (i + 1) * block.size() / groups);
            sink.sample(quantile(group, 0.5));
        }
        block.clear();
        if (!all.isEmpty()) {
            sink.extra("count", all.size());
            sink.extra("p50.ns", quantile(all, 0.5));
            sink.extra("p99.ns", quantile(all, 0.99));
            sink.extra("max.ns", quantile(all, 1));
        }
    }

    /** The smallest value that at least this part of the values does not exceed. */
    static double quantile(List<Double> values, double part) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int rank = (int) Math.ceil(part * sorted.length);
        return sorted[Math.clamp(rank - 1L, 0, sorted.length - 1)];
    }

    @Override
    public String toString() {
        return all.isEmpty()
                ? "none"
                : "%d times, p50 %.0f us, p99 %.0f us, max %.0f us".formatted(all.size(), quantile(all, 0.5) / 1e3,
                        quantile(all, 0.99) / 1e3, quantile(all, 1) / 1e3);
    }
}
