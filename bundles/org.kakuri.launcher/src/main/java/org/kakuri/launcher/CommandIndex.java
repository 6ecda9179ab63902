package org.kakuri.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.LinkedHashMap;

/**
 * Which bundles each command needs, computed when the distribution is assembled, so that one command starts only those.
 *
 * <p>
 * The text has one record a line. Bundles are numbered from 0 in the order in which they are written, which is the
 * order to start them in.
 *
 * <pre>
 * kakuri-index 1
 * bundle FILE
 * command SCOPE:FUNCTION 0,2,5 ONE LINE OF DESCRIPTION
 * live SCOPE:FUNCTION changes
 * </pre>
 *
 * @param bundles all jar files of the workbench, providers before their users
 * @param commands by name, in the order of names
 */
record CommandIndex(List<String> bundles, SequencedMap<String, Command> commands) {

    private static final String HEADER = "kakuri-index 1";
    private static final int SUGGESTIONS = 5;

    /** Whether a command acts on the workbench that runs. */
    enum Live {
        /** It needs none. */
        NO,
        /** It changes the one that runs, and fails if none does. */
        CHANGES,
        /** It shows the one that runs; if none does, what a fresh one is like. */
        SHOWS,
        /** With arguments it changes, without it shows. */
        EITHER;

        /** What it is with these arguments: asking for help needs no workbench. */
        Live with(List<String> arguments) {
            int end = arguments.indexOf("--");
            List<String> own = end < 0 ? arguments : arguments.subList(0, end);
            if (this == NO || own.contains("--help") || own.contains("-h")) {
                return NO;
            }
            boolean shows = this == SHOWS
                    || this == EITHER && own.stream().allMatch(Set.of("--json", "--trace")::contains);
            return shows ? SHOWS : CHANGES;
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One command.
     *
     * @param name {@code scope:function}
     * @param bundles the jar files it needs, providers first
     * @param description one line, may be empty
     * @param live whether it acts on the workbench that runs
     */
    record Command(String name, List<String> bundles, String description, Live live) {
        String scope() {
            return name.substring(0, name.indexOf(':'));
        }

        String function() {
            return name.substring(name.indexOf(':') + 1);
        }
    }

    static CommandIndex read(Path file) throws IOException {
        return parse(Files.readAllLines(file), file.toString());
    }

    static CommandIndex parse(List<String> lines, String source) throws IOException {
        if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
            throw new IOException(
                    source + " does not start with '" + HEADER + "'; delete the .kakuri folder and build again");
        }
        List<String> bundles = new ArrayList<>();
        SequencedMap<String, Command> commands = new LinkedHashMap<>();
        for (int number = 2; number <= lines.size(); number++) {
            String[] fields = lines.get(number - 1).split(" ", 4);
            try {
                switch (fields[0]) {
                case "bundle" -> bundles.add(fields[1]);
                case "command" -> {
                    List<String> needed = Arrays.stream(fields[2].split(","))
                            .map(n -> bundles.get(Integer.parseInt(n)))
                            .toList();
                    commands.put(fields[1],
                            new Command(fields[1], needed, fields.length > 3 ? fields[3] : "", Live.NO));
                }
                case "live" -> {
                    Command known = commands.get(fields[1]);
                    if (known == null) {
                        throw new IllegalArgumentException("no such command");
                    }
                    commands.put(fields[1], new Command(known.name(), known.bundles(), known.description(),
                            Live.valueOf(fields[2].toUpperCase(Locale.ROOT))));
                }
                default -> throw new IllegalArgumentException("unknown record");
                }
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IOException(source + ":" + number + ": not an index record: '" + lines.get(number - 1) + "'",
                        e);
            }
        }
        return new CommandIndex(List.copyOf(bundles), commands);
    }

    /** The text that {@link #parse} reads. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(HEADER);
        bundles.forEach(bundle -> lines.add("bundle " + bundle));
        commands.values().stream().sorted(Comparator.comparing(Command::name)).forEach(command -> {
            String numbers = String.join(",",
                    command.bundles().stream().map(b -> Integer.toString(bundles.indexOf(b))).toList());
            lines.add(("command " + command.name() + " " + numbers + " " + command.description()).stripTrailing());
            if (command.live() != Live.NO) {
                lines.add("live " + command.name() + " " + command.live().word());
            }
        });
        return lines;
    }

    /** Names a user may have meant by an unknown one, nearest first, at most five; empty if nothing is near. */
    List<String> nearest(String typed) {
        int colon = typed.indexOf(':');
        List<String> sameWord = commands.values()
                .stream()
                .filter(c -> colon < 0 ? c.scope().equals(typed) || c.function().equals(typed)
                        : c.scope().equals(typed.substring(0, colon)) && colon == typed.length() - 1)
                .map(Command::name)
                .limit(SUGGESTIONS)
                .toList();
        if (!sameWord.isEmpty()) {
            return sameWord;
        }
        record Near(String name, int distance) {}
        int limit = Math.max(2, typed.length() / 3);
        return commands.keySet()
                .stream()
                .map(name -> new Near(name, distance(typed, name)))
                .filter(near -> near.distance() <= limit)
                .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
                .map(Near::name)
                .limit(SUGGESTIONS)
                .toList();
    }

    /** Levenshtein distance: the number of characters to insert, delete or replace. */
    static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        int[] current = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            int[] swap = previous;
            previous = current;
            current = swap;
        }
        return previous[to.length()];
    }
}
