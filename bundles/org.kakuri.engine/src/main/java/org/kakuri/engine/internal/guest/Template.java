package org.kakuri.engine.internal.guest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text in which {@code ${name}} stands for a value; {@code $${} is a plain <code>${</code>. */
public final class Template {
    private static final Pattern PLACE = Pattern.compile("\\$\\$\\{|\\$\\{([a-z][a-z0-9-]*)\\}|\\$\\{");

    private final String text;
    private final List<String> names = new ArrayList<>();

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException saying where a place is not closed or has no name
     */
    public Template(String text) {
        this.text = text;
        Matcher places = PLACE.matcher(text);
        while (places.find()) {
            if (places.group(1) != null) {
                names.add(places.group(1));
            } else if (places.group().equals("${")) {
                throw new IllegalArgumentException("'" + text.substring(places.start())
                        + "' names no parameter; write ${name}, or $${ for a plain ${");
            }
        }
    }

    /** Returns the names that need a value. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** Returns the text with the values in their places. */
    String fill(Map<String, String> values) {
        return PLACE.matcher(text)
                .replaceAll(
                        place -> Matcher.quoteReplacement(place.group(1) == null ? "${" : values.get(place.group(1))));
    }
}
