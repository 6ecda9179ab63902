package org.kakuri.engine.internal.report;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.kakuri.api.Label;

/**
 * Which labels may stand in one ratio: equal ones, and measured with injected, for both are wall clock of this machine. Model,
 * emulation and imported numbers are never divided by anything else.
 */
public final class Labels {
    private static final Set<Label> WALL_CLOCK = EnumSet.of(Label.MEASURED, Label.INJECTED);

    private Labels() {}

    /** Returns whether numbers of all these labels may be put in relation. */
    public static boolean comparable(Collection<Label> labels) {
        return Set.copyOf(labels).size() <= 1 || WALL_CLOCK.containsAll(labels);
    }

    /** Returns the labels' words. */
    public static String text(Collection<Label> labels) {
        return labels.stream().sorted().distinct().map(Label::text).collect(Collectors.joining(" and "));
    }
}
