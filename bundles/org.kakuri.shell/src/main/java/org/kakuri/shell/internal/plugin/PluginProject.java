package org.kakuri.shell.internal.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import org.kakuri.api.Nearest;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;

/**
 * A new project for a plugin: Java, a POM that resolves Kakuri's artifacts from its own repository, and tests.
 *
 * @param kind what it provides
 * @param name its unique name
 * @param folder where it is to be
 */
record PluginProject(Kind kind, String name, Path folder) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,23}(-[a-z0-9]{1,12}){0,3}");
    private static final List<String> COMMON = List.of("pom.xml", "build", "gitignore", "README.md");

    /** What a plugin provides. */
    enum Kind {
        /** A TEE backend. */
        BACKEND("Backend", List.of("Backend", "Rules", "Walls"), "ContractTest", "Tee"),
        /** An isolation runtime. */
        RUNTIME("Runtime", List.of("Runtime", "Session", "Guest"), "ContractTest", "Isolation"),
        /** A research system with an experiment. */
        SYSTEM("System", List.of("System", "Experiment"), "ExperimentTest", "Research");

        private final String suffix;
        private final List<String> classes;
        private final String test;
        private final String taken;

        /** @param taken the name, in camel case, with which a class would be called like the interface it implements */
        Kind(String suffix, List<String> classes, String test, String taken) {
            this.suffix = suffix;
            this.classes = classes;
            this.test = test;
            this.taken = taken;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> Nearest.unknown("kind of plugin", word,
                            Arrays.stream(values()).map(Kind::word).toList()));
        }
    }

    /**
     * Refuses names that cannot be those of a plugin.
     *
     * @param taken names of what there is of that kind
     */
    void checkName(Set<String> taken) {
        if (!NAME.matcher(name).matches()) {
            throw new UsageError("not a name for a plugin: '" + name + "'",
                    "use lower case letters, digits and single hyphens, beginning with a letter, for example my-tee");
        }
        if (taken.contains(name)) {
            throw new UsageError("there is a %s %s already".formatted(kind.word(), name), "choose another name");
        }
        if (SourceVersion.isKeyword(packageName())) {
            throw new UsageError("'" + name + "' would make a Java package of a word that Java keeps for itself",
                    "choose another name");
        }
        if (camelCase().equals(kind.taken)) {
            throw new UsageError("'%s' would make a class called like the interface %s%s".formatted(name, kind.taken,
                    kind.suffix), "choose another name");
        }
    }

    /** Refuses folders that are in use, or inside Kakuri. */
    void checkFolder(Path home) throws IOException {
        if (folder.startsWith(home)) {
            throw new UsageError(folder + " lies inside Kakuri itself",
                    "a plugin is a project of its own: choose a folder"
                            + " outside of " + home);
        }
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isDirectory(folder)) {
                throw new Refused(folder + " is not a folder", "choose another one");
            }
            try (Stream<Path> content = Files.list(folder)) {
                if (content.findAny().isPresent()) {
                    throw new Refused(folder + " is not empty", "choose a new folder; nothing was written");
                }
            }
        }
    }

    private String packageName() {
        return name.replace("-", "");
    }

    private String camelCase() {
        return Arrays.stream(name.split("-"))
                .map(part -> Character.toUpperCase(part.charAt(0)) + part.substring(1))
                .collect(Collectors.joining());
    }

    /**
     * Writes the project.
     *
     * @param repository what it is built against
     * @param version version of Kakuri's artifacts in it
     * @param script Kakuri's script
     * @return the files, relative to the folder
     */
    List<Path> write(Path repository, String version, Path script) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("@kind@", kind.word());
        values.put("@name@", name);
        values.put("@package@", packageName());
        values.put("@Class@", camelCase());
        values.put("@repository@", repository.toUri().toString().replace("&", "&amp;"));
        values.put("@version@", version);
        values.put("@script@", quoted(script.toString()));
        values.put("@tests@", kind == Kind.SYSTEM ? "The tests open the experiment with a stand-in for the runtime."
                : "The tests run Kakuri's contract kit, a test for each rule; tests of what this %s has not got are skipped."
                        .formatted(kind.word()));
        Map<Path, String> files = new LinkedHashMap<>();
        for (String common : COMMON) {
            files.put(Path.of(common.equals("gitignore") ? ".gitignore" : common), template("common/" + common));
        }
        Path main = Path.of("src/main/java/org/kakuri/plugin", packageName());
        for (String type : kind.classes) {
            files.put(main.resolve(camelCase() + type + ".java"), template(kind.word() + "/" + type + ".java.txt"));
        }
        Path tests = Path.of("src/test/java/org/kakuri/plugin", packageName());
        files.put(tests.resolve((kind == Kind.SYSTEM ? camelCase() : "") + kind.test + ".java"),
                template(kind.word() + "/" + kind.test + ".java.txt"));
        for (var file : files.entrySet()) {
            Path target = folder.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, filled(file.getValue(), values));
        }
        Files.setPosixFilePermissions(folder.resolve("build"), PosixFilePermissions.fromString("rwxr-xr-x"));
        return List.copyOf(files.keySet());
    }

    private static String filled(String template, Map<String, String> values) {
        String text = template;
        for (var value : values.entrySet()) {
            text = text.replace(value.getKey(), value.getValue());
        }
        return text;
    }

    /** As a POSIX shell takes it for one word. */
    static String quoted(String text) {
        return text.matches("[A-Za-z0-9_./:@%+=,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static String template(String name) throws IOException {
        try (InputStream in = PluginProject.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no template " + name + " in the bundle");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
