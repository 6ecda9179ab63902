package org.kakuri.shell.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedCollection;
import java.util.stream.Collectors;

/** Lays out records as text. */
final class Tables {
    private static final int WIDTH = 120;

    private Tables() {}

    /** Returns a table with a column for each component; the last column may be long. */
    static String table(Collection<?> records) {
        RecordComponent[] components = records.iterator().next().getClass().getRecordComponents();
        List<List<String>> rows = new ArrayList<>();
        rows.add(Arrays.stream(components).map(c -> heading(c.getName()).toUpperCase(Locale.ROOT)).toList());
        for (Object record : records) {
            rows.add(Arrays.stream(components).map(c -> cell(value(record, c))).toList());
        }
        int[] widths = new int[components.length];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(i == 0 ? "" : "  ")
                        .append(
                                i == widths.length - 1 ? row.get(i) : ("%-" + widths[i] + "s").formatted(row.get(i)));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString().stripTrailing();
    }

    /** Returns a line for each component; collections and maps get a line for each element. */
    static String sheet(Record record) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        int width = Arrays.stream(components).mapToInt(c -> heading(c.getName()).length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (RecordComponent component : components) {
            List<String> lines = lines(value(record, component), WIDTH - width - 2);
            for (int i = 0; i < lines.size(); i++) {
                String name = i == 0 ? heading(component.getName()) : "";
                text.append(("%-" + Math.max(1, width) + "s  ").formatted(name)).append(lines.get(i)).append('\n');
            }
        }
        return text.toString().stripTrailing();
    }

    /** Returns all components on one line. */
    static String line(Record record) {
        return Arrays.stream(record.getClass().getRecordComponents())
                .map(c -> cell(value(record, c)))
                .collect(Collectors.joining("  "));
    }

    private static String heading(String component) {
        return component.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }

    private static Object value(Object record, RecordComponent component) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    private static List<String> lines(Object value, int width) {
        return switch (value) {
        case Map<?, ?> map when map.isEmpty() -> List.of("-");
        case Map<?, ?> map -> entries(map);
        case Collection<?> many when many.isEmpty() -> List.of("-");
        case Collection<?> many when cell(many).length() <= width -> List.of(cell(many));
        case SequencedCollection<?> ordered -> ordered.stream().map(Tables::cell).toList();
        case Collection<?> set -> set.stream().map(Tables::cell).sorted().toList();
        case null, default -> cell(value).lines().toList();
        };
    }

    private static List<String> entries(Map<?, ?> map) {
        int width = map.keySet().stream().mapToInt(key -> cell(key).length()).max().orElse(1);
        return map.entrySet()
                .stream()
                .map(entry -> ("%-" + width + "s  %s").formatted(cell(entry.getKey()), cell(entry.getValue())))
                .sorted()
                .toList();
    }

    private static String cell(Object value) {
        return switch (value) {
        case null -> "-";
        case Optional<?> optional -> optional.map(Tables::cell).orElse("-");
        case OptionalInt optional -> optional.isPresent() ? Integer.toString(optional.getAsInt()) : "-";
        case Boolean truth -> truth ? "yes" : "no";
        case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        case SequencedCollection<?> ordered -> ordered.stream().map(Tables::cell).collect(Collectors.joining(", "));
        case Collection<?> set -> set.stream().map(Tables::cell).sorted().collect(Collectors.joining(", "));
        case Record record when record.getClass().getRecordComponents().length > 1 -> line(record);
        default -> value.toString();
        };
    }
}
