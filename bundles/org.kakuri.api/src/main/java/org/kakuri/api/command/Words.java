package org.kakuri.api.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.Nearest;
import org.kakuri.api.UsageError;

/**
 * The arguments of a command that takes more than a fixed list: positional words, {@code --name value} or
 * {@code --name=value}, {@code name=value}, and what follows a lone {@code --} untouched.
 *
 * @param positional words without a name, in order
 * @param named values by name, without dashes
 * @param flags names given without a value
 * @param rest everything behind {@code --}
 */
public record Words(List<String> positional, Map<String, String> named, Set<String> flags, List<String> rest) {

    /** Copies the collections. */
    public Words {
        positional = List.copyOf(positional);
        named = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(named));
        flags = Set.copyOf(flags);
        rest = List.copyOf(rest);
    }

    /**
     * Reads arguments.
     *
     * @param arguments as typed
     * @param flagNames names that take no value
     * @param assignments whether {@code name=value} names a value; otherwise it is a positional word
     * @throws UsageError if a name is given twice or lacks its value
     */
    public static Words parse(List<String> arguments, Set<String> flagNames, boolean assignments) {
        List<String> positional = new ArrayList<>();
        Map<String, String> named = new LinkedHashMap<>();
        Set<String> flags = new java.util.HashSet<>();
        int i = 0;
        for (; i < arguments.size() && !arguments.get(i).equals("--"); i++) {
            String word = arguments.get(i);
            int equals = word.indexOf('=');
            if (word.startsWith("--") && equals > 0) {
                put(named, word.substring(2, equals), word.substring(equals + 1));
            } else if (word.startsWith("--") && flagNames.contains(word.substring(2))) {
                flags.add(word.substring(2));
            } else if (word.startsWith("--")) {
                if (i + 1 == arguments.size() || arguments.get(i + 1).equals("--")) {
                    throw new UsageError(word + " needs a value", "write " + word + "=VALUE");
                }
                put(named, word.substring(2), arguments.get(++i));
            } else if (assignments && equals > 0) {
                put(named, word.substring(0, equals), word.substring(equals + 1));
            } else {
                positional.add(word);
            }
        }
        List<String> rest = i < arguments.size() ? arguments.subList(i + 1, arguments.size()) : List.of();
        return new Words(positional, named, flags, rest);
    }

    private static void put(Map<String, String> named, String name, String value) {
        if (named.putIfAbsent(name, value) != null) {
            throw new UsageError(name + " is given twice", "separate several values by commas: " + name + "=A,B");
        }
    }

    /** Returns the value of a name. */
    public Optional<String> value(String name) {
        return Optional.ofNullable(named.get(name));
    }

    /**
     * Returns the value of a name as a whole number.
     *
     * @throws UsageError if it is none
     */
    public Optional<Long> number(String name) {
        return value(name).map(text -> {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new UsageError("--%s is no whole number: %s".formatted(name, text), "");
            }
        });
    }

    /**
     * Refuses names that mean nothing.
     *
     * @throws UsageError naming the nearest
     */
    public void onlyNames(Collection<String> known) {
        for (String name : named.keySet()) {
            if (!known.contains(name)) {
                throw Nearest.unknown("option", "--" + name, known.stream().map(n -> "--" + n).toList());
            }
        }
    }

    /**
     * Returns a positional word.
     *
     * @param index which, from 0
     * @param what what it is, for the message
     * @throws UsageError if it is missing
     */
    public String word(int index, String what) {
        if (index >= positional.size()) {
            throw new UsageError(what + " is missing", "see --help");
        }
        return positional.get(index);
    }
}
