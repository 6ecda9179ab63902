package org.kakuri.shell.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.shell.internal.plugin.PluginProject.Kind;

@Timeout(30)
class PluginProjectTest {

    @TempDir
    Path temp;

    private PluginProject project(Kind kind, String name) {
        return new PluginProject(kind, name, temp.resolve("plugin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "my-tee", "box2", "a-b-c-d", "abcdefghijklmnopqrstuvwx"})
    void acceptsNames(String name) {
        project(Kind.BACKEND, name).checkName(Set.of("none"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "My", "1a", "a_b", "a--b", "-a", "a-", "../a", "a b", "a.b", "ä", "a\n",
        "abcdefghijklmnopqrstuvwxy", "a-b-c-d-e"})
    void refusesWhatIsNoName(String name) {
        UsageError refused = assertThrows(UsageError.class, () -> project(Kind.BACKEND, name).checkName(Set.of()));

        assertEquals("not a name for a plugin: '" + name + "'", refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"BACKEND, none, there is a backend none already",
        "RUNTIME, none, there is a runtime none already",
        "BACKEND, int, \"'int' would make a Java package of a word that Java keeps for itself\"",
        "RUNTIME, new, \"'new' would make a Java package of a word that Java keeps for itself\"",
        "BACKEND, tee, \"'tee' would make a class called like the interface TeeBackend\"",
        "RUNTIME, isolation, \"'isolation' would make a class called like the interface IsolationRuntime\"",
        "SYSTEM, research, \"'research' would make a class called like the interface ResearchSystem\""})
    void refusesNamesThatWouldCollide(Kind kind, String name, String message) {
        UsageError refused = assertThrows(UsageError.class, () -> project(kind, name).checkName(Set.of("none")));

        assertEquals(message.replace("\"", ""), refused.getMessage());
    }

    @Test
    void refusesAnUnknownKindNamingTheNearest() {
        UsageError refused = assertThrows(UsageError.class, () -> Kind.of("bakend"));

        assertEquals("no kind of plugin named bakend", refused.getMessage());
        assertTrue(refused.remedy().contains("did you mean backend?"), refused.remedy());
    }

    @Test
    void takesAFolderThatIsNewOrEmptyAndNoOther() throws IOException {
        Path home = Files.createDirectory(temp.resolve("home"));
        PluginProject project = project(Kind.BACKEND, "x");
        project.checkFolder(home);
        Files.createDirectory(project.folder());
        project.checkFolder(home);

        Files.createFile(project.folder().resolve(".hidden"));
        assertEquals(project.folder() + " is not empty",
                assertThrows(Refused.class, () -> project.checkFolder(home)).getMessage());

        Path file = Files.createFile(temp.resolve("file"));
        assertEquals(file + " is not a folder", assertThrows(Refused.class,
                () -> new PluginProject(Kind.BACKEND, "x", file).checkFolder(home)).getMessage());

        Path inside = home.resolve("plugins/x");
        assertEquals(inside + " lies inside Kakuri itself", assertThrows(UsageError.class,
                () -> new PluginProject(Kind.BACKEND, "x", inside).checkFolder(home)).getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void fillsEveryPlaceOfEveryTemplate(Kind kind) throws IOException {
        PluginProject project = project(kind, "my-own");

        List<Path> files = project.write(temp.resolve("a & b/repository"), "1.2.3-SNAPSHOT",
                temp.resolve("a & b/kakuri"));

        for (Path file : files) {
            String text = Files.readString(project.folder().resolve(file));
            assertFalse(
                    Pattern.compile("@(kind|name|package|Class|repository|version|script|tests)@").matcher(text).find(),
                    file + " has an open place");
        }
        try (Stream<Path> all = Files.walk(project.folder())) {
            assertEquals(files.stream().sorted().toList(),
                    all.filter(Files::isRegularFile).map(project.folder()::relativize).sorted().toList());
        }
        assertTrue(Files.isExecutable(project.folder().resolve("build")));
        assertTrue(Files.readString(project.folder().resolve("build"))
                .contains("'" + temp + "/a & b/kakuri' build-plugin"));
        assertTrue(Files.readString(project.folder().resolve("pom.xml"))
                .contains("<kakuri.repository>" + temp.toUri() + "a%20&amp;%20b/repository"));
        assertTrue(files.contains(Path.of("src/main/java/org/kakuri/plugin/myown/MyOwn"
                + kind.name().charAt(0) + kind.word().substring(1) + ".java")), files::toString);
    }

    @Test
    void namesTheVersionsThatKakuriItselfIsBuiltWith() throws IOException {
        String root = Files.readString(Path.of("../../pom.xml"));
        PluginProject project = project(Kind.BACKEND, "x");
        project.write(temp, "1", temp);
        String pom = Files.readString(project.folder().resolve("pom.xml"));
        var artifact = Pattern.compile("<artifactId>([^<$]+)</artifactId>\\s*<version>([^<$]+)</version>").matcher(pom);
        int compared = 0;
        while (artifact.find()) {
            if (!artifact.group(1).startsWith("org.kakuri")) {
                String wanted = version(root, artifact.group(1));
                assertEquals(wanted, artifact.group(2), artifact.group(1));
                compared++;
            }
        }
        assertEquals(13, compared);
    }

    private static String version(String pom, String artifact) {
        var found = Pattern
                .compile("<artifactId>" + Pattern.quote(artifact) + "</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(pom);
        assertTrue(found.find(), "the root POM does not name " + artifact);
        String version = found.group(1);
        return version.startsWith("${")
                ? pom.replaceAll("(?s).*<" + Pattern.quote(version.substring(2, version.length() - 1)) + ">([^<]+)<.*",
                        "$1")
                : version;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {"/a/b-c_1.jar|/a/b-c_1.jar", "/a b|'/a b'",
        "it's|'it'\\''s'", "$x|'$x'"})
    void quotesForAShell(String text, String quoted) {
        assertEquals(quoted, PluginProject.quoted(text));
    }
}
