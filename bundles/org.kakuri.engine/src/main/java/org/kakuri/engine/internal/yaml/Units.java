package org.kakuri.engine.internal.yaml;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and times as people write them. */
final class Units {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([kmgKMG]?)");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|min)");

    private Units() {}

    /** Reads {@code 64}, {@code 4k}, {@code 16m}, {@code 1g}. */
    static OptionalLong size(Value value, long low, long high) {
        Matcher matcher = SIZE.matcher(value.text());
        if (!matcher.matches()) {
            value.wrong("'" + value.text() + "' is no size; write for example 4096, 4k or 16m");
            return OptionalLong.empty();
        }
        int shift = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
        case "k" -> 10;
        case "m" -> 20;
        case "g" -> 30;
        default -> 0;
        };
        long bytes = Long.parseLong(matcher.group(1)) << shift;
        if (bytes < low || bytes > high || bytes >> shift != Long.parseLong(matcher.group(1))) {
            value.wrong("'" + value.text() + "' is out of range; take " + low + " to " + high + " bytes");
            return OptionalLong.empty();
        }
        return OptionalLong.of(bytes);
    }

    /** Reads {@code 500ms}, {@code 10s}, {@code 2min}. */
    static Optional<Duration> time(Value value, Duration high) {
        Matcher matcher = TIME.matcher(value.text());
        if (!matcher.matches()) {
            value.wrong("'" + value.text() + "' is no time; write for example 500ms, 10s or 2min");
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        Duration time = switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(count);
        case "s" -> Duration.ofSeconds(count);
        default -> Duration.ofMinutes(count);
        };
        if (time.isZero() || time.compareTo(high) > 0) {
            value.wrong("'" + value.text() + "' is out of range; take 1ms to " + high.toMinutes() + "min");
            return Optional.empty();
        }
        return Optional.of(time);
    }
}
