package org.kakuri.shell.internal;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * A number of bytes, shown in the greatest unit in which it is whole, or with one decimal if that takes five digits or more; in
 * JSON the plain number.
 *
 * @param bytes how many; {@link Long#MAX_VALUE} is no limit
 */
record Size(@JsonValue long bytes) {
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");
    private static final int SHIFT = 10;
    private static final int MOST = 10_000;

    @Override
    public String toString() {
        if (bytes == Long.MAX_VALUE) {
            return "none";
        }
        long whole = bytes;
        int unit = 0;
        while (whole != 0 && whole % (1 << SHIFT) == 0) {
            whole >>= SHIFT;
            unit++;
        }
        double value = whole;
        while (value >= MOST) {
            value /= 1 << SHIFT;
            unit++;
        }
        return (value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.1f", value))
                + " "
                + UNITS.get(unit);
    }
}
