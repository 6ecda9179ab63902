package org.kakuri.engine.internal.run;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.tee.LedgerSnapshot;

/** Takes one block. What an arm does wrong becomes the failure of its trial. */
final class BlockSink implements SampleSink {
    private static final int MOST_DETAILS = 1 << 20;

    private final int wanted;
    private final boolean more;
    private final TrialLog log;
    private double[] values;
    private final Map<String, Double> extras = new TreeMap<>();
    private final Map<String, Details> details = new TreeMap<>();
    private int count;
    private LedgerSnapshot events;
    private String failure;

    /**
     * @param wanted samples that are asked for
     * @param more whether there may be more than that
     * @param log says when nobody wants them any more
     */
    BlockSink(int wanted, boolean more, TrialLog log) {
        this.wanted = wanted;
        this.more = more;
        this.log = log;
        values = new double[wanted];
    }

    @Override
    public void sample(double value) {
        log.check();
        if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
            failure("sample " + (count + 1) + " is " + value + ", which no measurement gives");
        } else if (count == wanted && !more) {
            failure("more samples than the " + wanted + " that were asked for");
        } else {
            values = count == values.length ? Arrays.copyOf(values, 2 * count) : values;
            values[count++] = value;
        }
    }

    @Override
    public void extra(String name, double value) {
        log.check();
        if (Double.isFinite(value)) {
            extras.put(name, value);
        } else {
            failure("extra " + name + " is " + value);
        }
    }

    @Override
    public void detail(String name, double value) {
        log.check();
        Details of = details.computeIfAbsent(name, key -> new Details());
        if (!Double.isFinite(value)) {
            failure("detail " + name + " is " + value);
        } else if (of.count == MOST_DETAILS) {
            failure("more than %d details %s in a block".formatted(MOST_DETAILS, name));
        } else {
            of.add(value);
        }
    }

    @Override
    public void events(LedgerSnapshot snapshot) {
        log.check();
        events = events == null ? snapshot : events.plus(snapshot);
    }

    @Override
    public void failure(String reason) {
        if (failure == null) {
            failure = reason;
        }
    }

    /** Returns what went wrong first, or null. */
    String failure() {
        return failure == null && count == 0 ? "no sample of the " + wanted + " that were asked for" : failure;
    }

    double[] values() {
        return Arrays.copyOf(values, count);
    }

    Map<String, Double> extras() {
        return Map.copyOf(extras);
    }

    Map<String, double[]> details() {
        Map<String, double[]> all = new TreeMap<>();
        details.forEach((name, of) -> all.put(name, Arrays.copyOf(of.values, of.count)));
        return all;
    }

    LedgerSnapshot events() {
        return events;
    }

    private static final class Details {
        private double[] values = new double[16];
        private int count;

        void add(double value) {
            values = count == values.length ? Arrays.copyOf(values, 2 * count) : values;
            values[count++] = value;
        }
    }
}
