package org.kakuri.system.swap.internal;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.experiment.SampleSink;

/** Times of an arm, in ns: those of the block that is measured, and how many of the trial. */
final class Times {
    private final List<Double> block = new ArrayList<>();
    private int total;

    void add(double nanos) {
        block.add(nanos);
        total++;
    }

    /** Returns how many there are since the beginning of the trial. */
    int total() {
        return total;
    }

    /**
     * Hands the block's times on: each one if as many are wanted, otherwise the medians of so many groups, in order; and each
     * one as a detail.
     */
    void report(int wanted, String detail, SampleSink sink) {
        int groups = Math.min(wanted, block.size());
        for (int i = 0; i < groups; i++) {
            List<Double> group = block.subList(i * block.size() / groups, (i + 1) * block.size() / groups);
            sink.sample(median(group));
        }
        block.forEach(time -> sink.detail(detail, time));
        block.clear();
    }

    /** The smallest value that at least half of the values do not exceed. */
    private static double median(List<Double> values) {
        return values.stream().sorted().skip((values.size() - 1) / 2).findFirst().orElseThrow();
    }
}
