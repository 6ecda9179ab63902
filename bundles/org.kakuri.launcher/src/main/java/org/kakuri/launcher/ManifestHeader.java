package org.kakuri.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A manifest header in OSGi's common syntax: {@code path;path;attribute=value;directive:="value", ...} (OSGi Core 8, 3.2.4). */
final class ManifestHeader {

    /**
     * One clause.
     *
     * @param paths package names, file names or a capability's namespace
     * @param attributes by name without their type, so {@code objectClass:List<String>} is {@code objectClass}
     * @param directives by name
     */
    record Clause(List<String> paths, Map<String, String> attributes, Map<String, String> directives) {
        boolean optional() {
            return "optional".equals(directives.get("resolution"));
        }

        boolean whenResolving() {
            return directives.getOrDefault("effective", "resolve").equals("resolve");
        }
    }

    private ManifestHeader() {}

    /** The clauses of a header; none if the header is absent (null). */
    static List<Clause> parse(String header) {
        List<Clause> clauses = new ArrayList<>();
        for (String clause : header == null ? List.<String>of() : split(header, ',')) {
            List<String> paths = new ArrayList<>();
            Map<String, String> attributes = new LinkedHashMap<>();
            Map<String, String> directives = new LinkedHashMap<>();
            for (String part : split(clause, ';')) {
                int equals = firstUnquoted(part, '=');
                if (equals < 0) {
                    paths.add(part);
                } else if (part.charAt(equals - 1) == ':') {
                    directives.put(part.substring(0, equals - 1).strip(), unquote(part.substring(equals + 1)));
                } else {
                    String name = part.substring(0, equals);
                    int type = name.indexOf(':');
                    attributes.put((type < 0 ? name : name.substring(0, type)).strip(),
                            unquote(part.substring(equals + 1)));
                }
            }
            if (!paths.isEmpty()) {
                clauses.add(new Clause(List.copyOf(paths), attributes, directives));
            }
        }
        return clauses;
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        String rest = text;
        for (int at = firstUnquoted(rest, separator); at >= 0; at = firstUnquoted(rest, separator)) {
            parts.add(rest.substring(0, at).strip());
            rest = rest.substring(at + 1);
        }
        parts.add(rest.strip());
        parts.removeIf(String::isEmpty);
        return parts;
    }

    private static int firstUnquoted(String text, char wanted) {
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == wanted && !quoted) {
                return i;
            }
        }
        return -1;
    }

    private static String unquote(String value) {
        String text = value.strip();
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\")
                : text;
    }
}
