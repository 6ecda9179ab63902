package org.kakuri.shell.internal;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * A number of bytes, shown in the greatest unit in which it is a whole number; in JSON the plain number.
 *
 * @param bytes how many; {@link Long#MAX_VALUE} is no limit
 */
record Size(@JsonValue long bytes) {
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");
    private static final int SHIFT = 10;

    @Override
    public String toString() {
        if (bytes == Long.MAX_VALUE) {
            return "none";
        }
        long value = bytes;
        int unit = 0;
        while (value != 0 && value % (1 << SHIFT) == 0) {
            value >>= SHIFT;
            unit++;
        }
        return value + " " + UNITS.get(unit);
    }
}
