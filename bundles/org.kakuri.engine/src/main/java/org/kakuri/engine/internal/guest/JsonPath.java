package org.kakuri.engine.internal.guest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in a JSON document: names with dots between them, indexes in brackets, {@code results[0].time}. */
public final class JsonPath {
    private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]\\s]+)|\\[([0-9]{1,6})\\]");

    private final String text;
    private final List<Object> steps = new ArrayList<>();

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException saying what cannot be read
     */
    public JsonPath(String text) {
        this.text = text;
        String path = text.startsWith("$") ? text.substring(1) : text;
        Matcher step = STEP.matcher(path);
        int at = 0;
        while (at < path.length() && step.find(at) && step.start() == at
                && (at > 0 || path.charAt(0) != '.' || path != text)) {
            steps.add(step.group(1) != null ? step.group(1) : Integer.valueOf(step.group(2)));
            at = step.end();
        }
        if (at < path.length() || text.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' is no path" + (text.isEmpty() ? "" : " from '"
                    + path.substring(at) + "' on") + "; write for example results[0].time");
        }
    }

    /**
     * Returns what is there.
     *
     * @throws IllegalArgumentException saying how far the path leads
     */
    JsonNode in(JsonNode document) {
        JsonNode node = document;
        var way = new StringBuilder("$");
        for (Object step : steps) {
            JsonNode next = step instanceof Integer index ? node.path(index) : node.path(step.toString());
            way.append(step instanceof Integer index ? "[" + index + "]" : "." + step);
            if (next.isMissingNode()) {
                throw new IllegalArgumentException("there is no " + way + " in it");
            }
            node = next;
        }
        return node;
    }

    @Override
    public String toString() {
        return text;
    }
}
