package org.kakuri.engine;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kakuri.api.Label;
import org.kakuri.api.tee.EventCount;

/**
 * One arm at one point.
 *
 * @param name what claims and figures call it
 * @param title what it really ran
 * @param label where its numbers come from
 * @param parameters the point, and what sets the arm apart
 * @param profile id of the cost profile its events are charged with
 * @param statistics of its samples
 * @param ratio to the arm the experiment divides by; empty for that arm itself, and where labels may not be compared
 * @param events architectural events of all measured blocks together
 * @param extras mean over the blocks of each further quantity
 * @param details distribution over all measured blocks of each quantity that has many values in a block
 */
public record ArmReport(String name, String title, Label label, SortedMap<String, String> parameters, String profile,
        Statistics statistics, Optional<Ratio> ratio, SortedMap<String, EventCount> events,
        SortedMap<String, Double> extras, SortedMap<String, Spread> details) {

    /** Copies the maps. */
    public ArmReport {
        parameters = sorted(parameters);
        events = sorted(events);
        extras = sorted(extras);
        details = sorted(details);
    }

    private static <V> SortedMap<String, V> sorted(Map<String, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    /**
     * A ratio of medians.
     *
     * @param baseline name of the arm that was divided by
     * @param value the ratio
     * @param low lower end of its 95 % confidence interval
     * @param high upper end of it
     */
    public record Ratio(String baseline, double value, double low, double high) {}

    /**
     * A distribution; quantiles as in {@link Statistics}.
     *
     * @param n values
     * @param p10 10th percentile
     * @param p50 median
     * @param p90 90th percentile
     * @param p99 99th percentile
     * @param max greatest
     */
    public record Spread(long n, double p10, double p50, double p90, double p99, double max) {}
}
