package org.kakuri.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the names that somebody who misspelt one may have meant. */
public final class Nearest {
    private static final int MOST = 3;

    private Nearest() {}

    /**
     * Returns up to three names that are close to the wanted one, closest first; empty if none is.
     *
     * @param wanted what was typed
     * @param names what there is
     */
    public static List<String> to(String wanted, Collection<String> names) {
        String typed = wanted.toLowerCase(Locale.ROOT);
        int limit = Math.max(2, typed.length() / 3);
        record Candidate(String name, int distance) {}
        List<Candidate> candidates = new ArrayList<>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            int distance = lower.startsWith(typed) && !typed.isEmpty() ? 0 : distance(typed, lower);
            if (distance <= limit) {
                candidates.add(new Candidate(name, distance));
            }
        }
        candidates.sort(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name));
        return candidates.stream().map(Candidate::name).distinct().limit(MOST).toList();
    }

    /**
     * Returns an exception for a name that does not exist, which tells the nearest ones, or all of them if none is near.
     *
     * @param what what kind of thing, for example {@code backend}
     * @param wanted what was typed
     * @param names what there is
     */
    public static UsageError unknown(String what, String wanted, Collection<String> names) {
        List<String> near = to(wanted, names);
        String remedy;
        if (!near.isEmpty()) {
            remedy = "did you mean " + String.join(" or ", near) + "?";
        } else if (names.isEmpty()) {
            remedy = "there is none yet";
        } else {
            remedy = "there are " + String.join(", ", names.stream().sorted().toList());
        }
        return new UsageError("no " + what + " named " + wanted, remedy);
    }

    /** Counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
