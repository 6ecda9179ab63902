package org.kakuri.system.tzmediator.shadow;

/**
 * What a shadow process counted since its start; travels as one line of text.
 *
 * @param calls requests answered
 * @param spins looks at the request word with a spin hint in between
 * @param yields looks with a yield in between
 * @param sleeps futex sleeps
 */
public record ShadowCounters(long calls, long spins, long yields, long sleeps) {
    /** Nothing counted. */
    public static final ShadowCounters NONE = new ShadowCounters(0, 0, 0, 0);

    /** Reads the line that {@link #line} wrote. */
    public static ShadowCounters parse(String line) {
        String[] words = line.split(" ");
        if (words.length != 4) {
            throw new IllegalStateException("not the counters of a shadow process: " + line);
        }
        return new ShadowCounters(Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]),
                Long.parseLong(words[3]));
    }

    /** Returns the counters as a line, without its end. */
    public String line() {
        return calls + " " + spins + " " + yields + " " + sleeps;
    }

    /** Returns what was added since. */
    public ShadowCounters since(ShadowCounters earlier) {
        return new ShadowCounters(calls - earlier.calls, spins - earlier.spins, yields - earlier.yields,
                sleeps - earlier.sleeps);
    }
}
