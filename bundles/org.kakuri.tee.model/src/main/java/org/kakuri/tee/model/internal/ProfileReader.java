package org.kakuri.tee.model.internal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.kakuri.api.Nearest;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.Price;

/** Reads a cost profile from JSON and believes nothing: unknown, missing and ill-typed fields are errors with their names. */
final class ProfileReader {
    static final String SUFFIX = ".json";

    private static final long MAX_BYTES = 1 << 20;
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9.-]*");
    private static final Pattern EVENT = Pattern.compile("[A-Z][A-Z0-9_]*");
    private static final Set<String> PROFILE_FIELDS = Set.of("id", "title", "platform", "architecture", "prices");
    private static final Set<String> PRICE_FIELDS = Set.of("ns", "nsPerByte", "low", "high", "citation", "verified",
            "note");

    private final JsonMapper json = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads one file, whose name is the profile's id followed by {@code .json}.
     *
     * @throws BrokenProfile if it is no profile
     */
    CostProfile read(Path path) {
        String file = path.getFileName().toString();
        return profile(file, parse(file, path));
    }

    private JsonNode parse(String file, Path path) {
        try {
            long bytes = Files.size(path);
            if (bytes > MAX_BYTES) {
                throw new BrokenProfile(file, "", "too large: bytes=" + bytes + ", limit=" + MAX_BYTES);
            }
            return json.readTree(Files.readAllBytes(path));
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw new BrokenProfile(file, "", "not JSON: "
                    + (at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ")
                    + e.getOriginalMessage());
        } catch (IOException e) {
            throw new BrokenProfile(file, "", "cannot be read: " + e);
        }
    }

    private static CostProfile profile(String file, JsonNode root) {
        var fields = new Fields(file, "", root, PROFILE_FIELDS);
        String id = fields.text("id");
        if (!ID.matcher(id).matches() || id.equals(CostProfile.UNPRICED.id()) || !file.equals(id + SUFFIX)) {
            throw fields.broken("id", "must be the file's name without .json, in lower case, and not "
                    + CostProfile.UNPRICED.id() + ": id=" + id);
        }
        var prices = new TreeMap<String, Price>();
        JsonNode table = fields.node("prices");
        if (!table.isObject()) {
            throw fields.broken("prices", "must be an object of prices by event");
        }
        for (var entry : table.properties()) {
            String event = entry.getKey();
            if (!EVENT.matcher(event).matches()) {
                throw fields.broken("prices." + event, "an event is spelled LIKE_THIS");
            }
            prices.put(event, price(file, "prices." + event, entry.getValue()));
        }
        return new CostProfile(id, fields.text("title"), fields.text("platform"), fields.text("architecture"), prices);
    }

    private static Price price(String file, String path, JsonNode node) {
        var fields = new Fields(file, path, node, PRICE_FIELDS);
        double ns = fields.number("ns");
        double low = fields.number("low");
        double high = fields.number("high");
        if (low > high || ns < low || ns > high) {
            throw fields.broken("ns", "must lie between low and high: ns=" + ns + ", low=" + low + ", high=" + high);
        }
        return new Price(ns, fields.number("nsPerByte"), low, high, fields.text("citation"), fields.flag("verified"),
                fields.textOrEmpty("note"));
    }

    /** The fields of one object, checked as they are taken. */
    private record Fields(String file, String path, JsonNode node) {
        Fields(String file, String path, JsonNode node, Set<String> known) {
            this(file, path, node);
            if (!node.isObject()) {
                throw new BrokenProfile(file, path, "must be an object");
            }
            for (var entry : node.properties()) {
                if (!known.contains(entry.getKey())) {
                    List<String> near = Nearest.to(entry.getKey(), known);
                    throw broken(entry.getKey(), "unknown field; "
                            + (near.isEmpty() ? "there are " + new TreeSet<>(known)
                                    : "did you mean " + near.getFirst() + "?"));
                }
            }
        }

        BrokenProfile broken(String field, String reason) {
            return new BrokenProfile(file, path.isEmpty() ? field : path + "." + field, reason);
        }

        JsonNode node(String field) {
            JsonNode value = node.get(field);
            if (value == null) {
                throw broken(field, "missing");
            }
            return value;
        }

        String text(String field) {
            String value = textOf(field, node(field));
            if (value.isBlank()) {
                throw broken(field, "must not be empty");
            }
            return value;
        }

        String textOrEmpty(String field) {
            JsonNode value = node.get(field);
            return value == null ? "" : textOf(field, value);
        }

        private String textOf(String field, JsonNode value) {
            if (!value.isTextual()) {
                throw broken(field, "must be a string: " + value);
            }
            return value.asText();
        }

        double number(String field) {
            JsonNode value = node(field);
            double number = value.isNumber() ? value.asDouble() : Double.NaN;
            if (!(number >= 0) || Double.isInfinite(number)) {
                throw broken(field, "must be a number of at least 0: " + value);
            }
            return number;
        }

        boolean flag(String field) {
            JsonNode value = node(field);
            if (!value.isBoolean()) {
                throw broken(field, "must be true or false: " + value);
            }
            return value.asBoolean();
        }
    }

    /** Returns the profile id that a file of that name would hold. */
    static String idOf(Path path) {
        String file = path.getFileName().toString();
        return file.substring(0, file.length() - SUFFIX.length());
    }

    /** Reads every profile of a folder; what is broken is returned apart. */
    Reading readAll(Path folder) {
        var profiles = new TreeMap<String, CostProfile>();
        var broken = new TreeMap<String, BrokenProfile>();
        if (!Files.isDirectory(folder)) {
            return new Reading(profiles, broken);
        }
        try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                try {
                    CostProfile profile = read(file);
                    profiles.put(profile.id(), profile);
                } catch (BrokenProfile e) {
                    broken.put(idOf(file), e);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            broken.put(folder.toString(), new BrokenProfile(folder.toString(), "", "cannot be read: " + e));
        }
        return new Reading(profiles, broken);
    }

    /**
     * A folder as it was read.
     *
     * @param profiles by id
     * @param broken why a file is no profile, by the id it should have
     */
    record Reading(Map<String, CostProfile> profiles, Map<String, BrokenProfile> broken) {}
}
