package org.kakuri.engine.internal.yaml;

/**
 * A text, number or word of a file with its place.
 *
 * @param text as it is written, without quotes
 * @param place where
 */
record Value(String text, Place place) {
    void wrong(String reason) {
        place.wrong(reason);
    }
}
