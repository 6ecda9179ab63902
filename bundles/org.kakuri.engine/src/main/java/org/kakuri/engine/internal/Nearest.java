package org.kakuri.engine.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that a misspelt one may have meant. */
public final class Nearest {

    private Nearest() {}

    /** Returns at most three names, nearest first; none that differs in more than half of its letters. */
    public static List<String> of(String wrong, Collection<String> names) {
        return names.stream()
                .distinct()
                .filter(name -> distance(wrong, name) <= Math.max(1, name.length() / 2))
                .sorted(Comparator.comparingInt((String name) -> distance(wrong, name)).thenComparing(name -> name))
                .limit(3)
                .toList();
    }

    /** Returns {@code "; nearest: a, b"}, or an empty text if nothing is near. */
    public static String hint(String wrong, Collection<String> names) {
        List<String> near = of(wrong, names);
        return near.isEmpty() ? "" : "; nearest: " + String.join(", ", near);
    }

    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
