package org.kakuri.engine.internal.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as trees. What is written here never holds a number JSON has no spelling for. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** Returns an empty object, which keeps the order of its members. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Returns the object as one line. */
    public static String line(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("cannot write " + node, impossible);
        }
    }

    /** Returns the object indented, with a line end. */
    public static String pretty(JsonNode node) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("cannot write " + node, impossible);
        }
    }

    /**
     * Reads one document.
     *
     * @throws JsonProcessingException if it is none
     */
    public static JsonNode parse(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    /** Puts a number, {@code null} if it is not finite. Whole numbers are written without a point. */
    public static void put(ObjectNode node, String name, double value) {
        node.set(name, number(value));
    }

    /** Returns a number, {@code null} if it is not finite. Whole numbers are written without a point. */
    public static JsonNode number(double value) {
        if (!Double.isFinite(value)) {
            return JsonNodeFactory.instance.nullNode();
        }
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? JsonNodeFactory.instance.numberNode((long) value)
                : JsonNodeFactory.instance.numberNode(value);
    }

    /** Returns an object of texts. */
    public static ObjectNode texts(Map<String, String> map) {
        ObjectNode node = object();
        map.forEach(node::put);
        return node;
    }

    /** Returns an object of numbers. */
    public static ObjectNode numbers(Map<String, Double> map) {
        ObjectNode node = object();
        map.forEach((name, value) -> put(node, name, value));
        return node;
    }

    /** Puts a list of texts. */
    public static void texts(ObjectNode node, String name, List<String> values) {
        values.forEach(node.putArray(name)::add);
    }

    /** Reads an object of texts. */
    public static Map<String, String> texts(JsonNode node) {
        var map = new LinkedHashMap<String, String>();
        node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    /** Reads an object of numbers. */
    public static Map<String, Double> numbers(JsonNode node) {
        var map = new LinkedHashMap<String, Double>();
        node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asDouble()));
        return map;
    }

    /** Reads a list of texts. */
    public static List<String> list(JsonNode node) {
        var list = new ArrayList<String>();
        node.forEach(each -> list.add(each.asText()));
        return list;
    }
}
