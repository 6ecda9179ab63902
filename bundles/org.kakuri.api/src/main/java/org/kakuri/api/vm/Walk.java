package org.kakuri.api.vm;

import java.util.List;

/**
 * What a walk through the guest's structures found.
 *
 * @param rows
 *            what could be read
 * @param skipped
 *            what could not, at most 100, each naming structure, address and reason
 * @param <T>
 *            a row
 */
public record Walk<T>(List<T> rows, List<String> skipped) {
    /** Copies the lists. */
    public Walk {
        rows = List.copyOf(rows);
        skipped = List.copyOf(skipped);
    }
}
