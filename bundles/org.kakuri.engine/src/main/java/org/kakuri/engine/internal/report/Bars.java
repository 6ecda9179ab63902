package org.kakuri.engine.internal.report;

import java.util.List;
import java.util.Optional;
import org.kakuri.api.Label;

/**
 * A chart of grouped bars with whiskers.
 *
 * @param title on top
 * @param subtitle below it; may be empty
 * @param xTitle below the axis
 * @param yTitle beside the axis
 * @param groups names of the groups on the x axis
 * @param series a bar for each group
 * @param line name of what stands at 1.0, for ratios; empty for none
 * @param foot lines at the bottom
 */
record Bars(String title, String subtitle, String xTitle, String yTitle, List<String> groups, List<Series> series,
        Optional<String> line, List<String> foot) {

    /**
     * Bars of one colour.
     *
     * @param name in the legend
     * @param label of its numbers: bars that are not measured are hatched
     * @param bars one for each group, empty where there is no data
     */
    record Series(String name, Label label, List<Optional<Bar>> bars) {}

    /**
     * A bar.
     *
     * @param value its height
     * @param low lower end of the whisker; not a number for none
     * @param high upper end of the whisker; not a number for none
     */
    record Bar(double value, double low, double high) {}

    /** Returns the greatest number drawn. */
    double greatest() {
        return series.stream()
                .flatMap(each -> each.bars().stream())
                .flatMap(Optional::stream)
                .mapToDouble(bar -> Double.isFinite(bar.high()) ? Math.max(bar.value(), bar.high()) : bar.value())
                .max()
                .orElse(1);
    }
}
