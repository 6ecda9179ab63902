package org.kakuri.engine.internal.run;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.engine.internal.Nearest;

/**
 * Reads the values of a parameter: words separated by commas. A number or size may be a range, {@code 1..4},
 * {@code 10..100+10} or {@code 1k..64k*2}. What comes out is checked, in canonical spelling, without repetitions.
 */
public final class Values {
    /** Most values one parameter may have. */
    static final int MOST = 1000;

    private static final Pattern RANGE = Pattern.compile("(.+?)\\.\\.([^+*]+)(?:([+*])(.+))?");

    private final String experiment;
    private final Workbench workbench;

    /**
     * @param experiment its id, for messages
     * @param workbench knows the names of backends and runtimes; may be null where none are read
     */
    public Values(String experiment, Workbench workbench) {
        this.experiment = experiment;
        this.workbench = workbench;
    }

    /**
     * Returns the values.
     *
     * @throws UsageError if a value makes no sense
     */
    public List<String> read(Parameter parameter, String text) {
        Set<String> values = new LinkedHashSet<>();
        for (String word : text.split(",", -1)) {
            String trimmed = word.strip();
            if (trimmed.isEmpty()) {
                throw wrong(parameter, text, "has an empty value", "give " + wanted(parameter));
            }
            values.addAll(one(parameter, trimmed));
            if (values.size() > MOST) {
                throw wrong(parameter, text, "has more than " + MOST + " values", "sweep in several runs");
            }
        }
        return List.copyOf(values);
    }

    private List<String> one(Parameter parameter, String word) {
        return switch (parameter.kind()) {
        case NUMBER, SIZE -> numbers(parameter, word);
        case CHOICE -> {
            if (!parameter.allowed().contains(word)) {
                throw wrong(parameter, word, "is not a choice" + Nearest.hint(word, parameter.allowed()),
                        "give " + wanted(parameter));
            }
            yield List.of(word);
        }
        case BACKEND -> List.of(workbench.backend(word).name());
        case RUNTIME -> List.of(workbench.runtime(word).name());
        case TEXT -> List.of(word);
        };
    }

    private List<String> numbers(Parameter parameter, String word) {
        Matcher range = RANGE.matcher(word);
        if (!range.matches()) {
            return List.of(Long.toString(checked(parameter, word, word)));
        }
        long from = checked(parameter, range.group(1), word);
        long to = checked(parameter, range.group(2), word);
        String sign = range.group(3);
        if (sign == null && parameter.kind() == Kind.SIZE) {
            throw wrong(parameter, word, "does not say how it steps", "write for example 1k..64k*2 or 1k..4k+1k");
        }
        long step = sign == null ? 1 : number(parameter, range.group(4), word);
        boolean multiply = "*".equals(sign);
        if (from > to || step < (multiply ? 2 : 1) || multiply && from < 1) {
            throw wrong(parameter, word, "is not a range that ends", "write low..high, low..high+step or low..high*2");
        }
        var values = new ArrayList<String>();
        for (BigInteger at = BigInteger.valueOf(from); at.compareTo(BigInteger.valueOf(to)) <= 0; at = multiply
                ? at.multiply(BigInteger.valueOf(step))
                : at.add(BigInteger.valueOf(step))) {
            values.add(at.toString());
            if (values.size() > MOST) {
                throw wrong(parameter, word, "has more than " + MOST + " values", "take a greater step");
            }
        }
        return values;
    }

    private long checked(Parameter parameter, String word, String whole) {
        long value = number(parameter, word, whole);
        if (value < parameter.low() || value > parameter.high()) {
            throw wrong(parameter, whole, "is out of range", "give " + wanted(parameter));
        }
        return value;
    }

    private long number(Parameter parameter, String word, String whole) {
        String digits = word.strip().toLowerCase(Locale.ROOT);
        int shift = 0;
        if (parameter.kind() == Kind.SIZE && !digits.isEmpty()) {
            shift = switch (digits.charAt(digits.length() - 1)) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
            };
            digits = shift == 0 ? digits : digits.substring(0, digits.length() - 1);
        }
        try {
            return Math.multiplyExact(Long.parseLong(digits), 1L << shift);
        } catch (ArithmeticException | NumberFormatException notOne) {
            throw new UsageError(message(parameter, whole, "is not a " + word(parameter.kind())),
                    "give " + wanted(parameter), notOne);
        }
    }

    private UsageError wrong(Parameter parameter, String text, String problem, String remedy) {
        return new UsageError(message(parameter, text, problem), remedy);
    }

    private String message(Parameter parameter, String text, String problem) {
        return "%s: %s=%s %s".formatted(experiment, parameter.name(), text, problem);
    }

    private static String word(Kind kind) {
        return kind == Kind.SIZE ? "size" : "whole number";
    }

    private static String wanted(Parameter parameter) {
        return switch (parameter.kind()) {
        case NUMBER -> "a whole number from " + parameter.low() + " to " + parameter.high();
        case SIZE -> "a size from " + parameter.low() + " to " + parameter.high() + " bytes, such as 64 or 4k";
        case CHOICE -> "one of " + String.join(", ", parameter.allowed());
        case BACKEND -> "the name of a backend; see tee:list";
        case RUNTIME -> "the name of a runtime; see rt:list";
        case TEXT -> "a text";
        };
    }
}
