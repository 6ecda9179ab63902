package org.kakuri.engine.internal.guest;

import org.kakuri.api.runtime.GuestExit;

/**
 * A run of a guest that came to its end.
 *
 * @param wallNanos from the call that starts it until its end is known, in ns
 * @param exit how it ended
 * @param stdout all it wrote there
 * @param stderr all it wrote there
 */
public record Finished(long wallNanos, GuestExit exit, String stdout, String stderr) {
    private static final int SHOWN = 120;

    /** Returns the beginning of a text on one line, for messages. */
    static String excerpt(String text) {
        String line = text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }
}
