package org.kakuri.engine.internal.yaml;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.kakuri.api.Nearest;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** The keys of a map in a file. What is missing, unknown, given twice or of another shape becomes a problem. */
final class Fields {
    private final Place place;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, Value> keys = new LinkedHashMap<>();

    private Fields(MappingNode map, String path, Problems problems) {
        place = Place.of(map.getStartMark(), path, problems);
        for (NodeTuple each : map.getValue()) {
            Place at = Place.of(each.getKeyNode().getStartMark(), path, problems);
            if (!(each.getKeyNode() instanceof ScalarNode scalar)) {
                at.wrong("a key is a list or map; keys are words");
            } else if (keys.putIfAbsent(scalar.getValue(), new Value(scalar.getValue(),
                    Place.of(scalar.getStartMark(), below(path, scalar.getValue()), problems))) != null) {
                at.wrong(scalar.getValue() + " is given twice; the first is in line "
                        + keys.get(scalar.getValue()).place().line());
            } else {
                nodes.put(scalar.getValue(), each.getValueNode());
            }
        }
    }

    /** Returns the keys of a map that may only have these. */
    static Fields of(MappingNode map, String path, Problems problems, List<String> known) {
        Fields fields = new Fields(map, path, problems);
        fields.keys.forEach((name, key) -> {
            if (!known.contains(name)) {
                List<String> near = Nearest.to(name, known);
                new Place(key.place().line(), key.place().column(), path, problems).wrong("unknown key " + name
                        + (near.isEmpty()
                                ? "; there are " + String.join(", ", known)
                                : "; did you mean " + String.join(" or ", near) + "?"));
            }
        });
        return fields;
    }

    private static String below(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    Place place() {
        return place;
    }

    boolean has(String key) {
        return nodes.containsKey(key);
    }

    /** Returns where a key stands; the map itself if it is not there. */
    Place place(String key) {
        return has(key)
                ? keys.get(key).place()
                : new Place(place.line(), place.column(), below(place.path(), key), place.problems());
    }

    private String path(String key) {
        return below(place.path(), key);
    }

    /** Returns a text. */
    Optional<Value> text(String key) {
        return Optional.ofNullable(nodes.get(key)).flatMap(node -> scalar(node, path(key)));
    }

    /** Returns a text that must be there. */
    Optional<Value> needed(String key, String example) {
        if (!has(key)) {
            place.wrong("has no " + key + "; write for example " + key + ": " + example);
        }
        return text(key);
    }

    /** Returns a text, or a default. */
    String text(String key, String otherwise) {
        return text(key).map(Value::text).orElse(otherwise);
    }

    /** Returns two words with what they mean, in this order. */
    static <T> Map<String, T> words(String first, T one, String second, T other) {
        Map<String, T> words = new LinkedHashMap<>();
        words.put(first, one);
        words.put(second, other);
        return words;
    }

    /** Returns one of several words. */
    <T> Optional<T> choice(String key, Map<String, T> words) {
        return text(key).flatMap(value -> {
            T chosen = words.get(value.text());
            if (chosen == null) {
                value.wrong("'" + value.text() + "' is none of " + String.join(", ", words.keySet()));
            }
            return Optional.ofNullable(chosen);
        });
    }

    /** Returns a number. */
    OptionalDouble number(String key) {
        Optional<Value> value = text(key);
        if (value.isPresent()) {
            try {
                return OptionalDouble.of(new BigDecimal(value.get().text()).doubleValue());
            } catch (NumberFormatException none) {
                value.get().wrong("'" + value.get().text() + "' is no number; write for example 1.5");
            }
        }
        return OptionalDouble.empty();
    }

    /** Returns bytes: a number, with k, m or g for powers of 1024. */
    OptionalLong size(String key, long low, long high) {
        return text(key).map(value -> Units.size(value, low, high)).orElse(OptionalLong.empty());
    }

    /** Returns the texts of a list; a single text is a list of one. */
    List<Value> texts(String key) {
        Node node = nodes.get(key);
        if (node == null) {
            return List.of();
        }
        if (node instanceof ScalarNode) {
            return scalar(node, path(key)).stream().toList();
        }
        if (!(node instanceof SequenceNode list)) {
            at(node, key).wrong("is a map; a list is wanted, like [a, b]");
            return List.of();
        }
        if (list.getValue().isEmpty()) {
            at(node, key).wrong("is an empty list; name something, or leave the key out");
        }
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < list.getValue().size(); i++) {
            scalar(list.getValue().get(i), path(key) + "[" + i + "]").ifPresent(values::add);
        }
        return values;
    }

    /** Returns the texts of a map by key, in order. */
    Map<Value, Value> map(String key) {
        Node node = nodes.get(key);
        if (node == null) {
            return Map.of();
        }
        if (!(node instanceof MappingNode map)) {
            at(node, key).wrong("is no map; write NAME: VALUE, one on a line");
            return Map.of();
        }
        Fields fields = new Fields(map, path(key), place.problems());
        var values = new LinkedHashMap<Value, Value>();
        fields.keys.forEach((name, at) -> fields.text(name).ifPresent(value -> values.put(at, value)));
        return values;
    }

    /** Returns a map with known keys. */
    Optional<Fields> fields(String key, List<String> known) {
        Node node = nodes.get(key);
        if (node != null && !(node instanceof MappingNode)) {
            at(node, key).wrong("is no map; write its keys, one on a line: " + String.join(", ", known));
        }
        return node instanceof MappingNode map
                ? Optional.of(of(map, path(key), place.problems(), known))
                : Optional.empty();
    }

    /** Returns the maps of a list. */
    List<Fields> list(String key, List<String> known) {
        Node node = nodes.get(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode list)) {
            at(node, key).wrong("is no list; begin each entry with - " + known.getFirst() + ": ...");
            return List.of();
        }
        List<Fields> all = new ArrayList<>();
        for (int i = 0; i < list.getValue().size(); i++) {
            String path = path(key) + "[" + i + "]";
            Node each = list.getValue().get(i);
            if (each instanceof MappingNode map) {
                all.add(of(map, path, place.problems(), known));
            } else {
                Place.of(each.getStartMark(), path, place.problems())
                        .wrong("is no map; write its keys, one on a line: " + String.join(", ", known));
            }
        }
        return all;
    }

    private Place at(Node node, String key) {
        return Place.of(node.getStartMark(), path(key), place.problems());
    }

    private Optional<Value> scalar(Node node, String path) {
        Place at = Place.of(node.getStartMark(), path, place.problems());
        if (!(node instanceof ScalarNode scalar)) {
            at.wrong("is a " + (node instanceof SequenceNode ? "list" : "map") + "; a single value is wanted");
        } else if (node.getTag().equals(Tag.NULL) && scalar.isPlain()) {
            at.wrong("has no value; write one, or leave the key out");
        } else if (scalar.getValue().indexOf(0) >= 0) {
            at.wrong("has a zero byte, which no program can be given");
        } else {
            return Optional.of(new Value(scalar.getValue(), at));
        }
        return Optional.empty();
    }
}
