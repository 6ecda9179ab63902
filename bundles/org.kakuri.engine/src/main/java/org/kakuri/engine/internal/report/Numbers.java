package org.kakuri.engine.internal.report;

import java.util.Locale;

/** Numbers for people. */
final class Numbers {

    private Numbers() {}

    /** Returns four significant digits without exponent, at most three behind the point, no trailing zeros. */
    static String plain(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        double size = Math.abs(value);
        int digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
        String text = String.format(Locale.ROOT, "%." + digits + "f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }

    /** Returns a ratio with two digits behind the point. */
    static String ratio(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value) : "-";
    }
}
