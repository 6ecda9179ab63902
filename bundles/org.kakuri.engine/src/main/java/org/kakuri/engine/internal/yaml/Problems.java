package org.kakuri.engine.internal.yaml;

import java.util.Comparator;
import java.util.List;
import java.util.ArrayList;

/** The errors of one file, in the order of their places. */
final class Problems {
    private final String file;
    private final List<Problem> found = new ArrayList<>();

    private record Problem(int line, int column, String text) {}

    /** @param file how messages call it */
    Problems(String file) {
        this.file = file;
    }

    /**
     * Adds an error.
     *
     * @param line from 1
     * @param column from 1
     * @param path of the key, for example {@code metrics[0].regex}; empty for the file as a whole
     * @param reason what is wrong and what to write instead
     */
    void add(int line, int column, String path, String reason) {
        found.add(new Problem(line, column, "%s:%d:%d: %s%s".formatted(file, line, column,
                path.isEmpty() ? "" : path + ": ", reason)));
    }

    boolean none() {
        return found.isEmpty();
    }

    List<String> texts() {
        return found.stream()
                .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
                .map(Problem::text)
                .distinct()
                .toList();
    }
}
