package org.kakuri.engine.internal.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each row of bad-files.txt is a file and all its errors. */
@Timeout(60)
class BadFilesTest {
    @TempDir
    Path workspace;

    private record Row(String name, String content, List<String> errors) {}

    @TestFactory
    Stream<DynamicTest> tellsEveryErrorWithItsPlace() throws IOException {
        List<Row> rows = rows();
        assertTrue(rows.size() >= 50, "rows: " + rows.size());
        return rows.stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> {
            ExperimentFile file = read(row.content().getBytes(StandardCharsets.UTF_8));
            assertEquals(String.join("\n", row.errors()),
                    String.join("\n", file.problems()).replace(workspace.toString(), "WORKSPACE"));
            assertTrue(file.experiment().isEmpty());
        }));
    }

    @Test
    void refusesWhatIsNoText() throws IOException {
        assertEquals(List.of("x.yaml:2:8: is no UTF-8; save it as UTF-8"),
                read("id: a/b\ntitle: \u00e4\n".getBytes(StandardCharsets.ISO_8859_1)).problems());
    }

    @Test
    void refusesALargeFile() throws IOException {
        String large = "id: a/b\n" + "# filling\n".repeat(6554);
        assertEquals(List.of("x.yaml:1:1: has more than 65536 bytes; an experiment file describes, it holds no data"),
                read(large.getBytes(StandardCharsets.UTF_8)).problems());
    }

    @Test
    void refusesWhatIsNoFile() {
        assertEquals(List.of("nowhere.yaml:1:1: is no file"),
                new ExperimentFiles(workspace).read(Path.of("nowhere.yaml")).problems());
    }

    @Test
    void takesTheSameFileWithoutTheErrors() throws IOException {
        ExperimentFile good = read("""
                id: a/b
                title: t
                image: /bin/sh
                metrics: [{name: t, measure: wall}]
                """.getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of(), good.problems());
        assertFalse(good.experiment().isEmpty());
    }

    private ExperimentFile read(byte[] content) throws IOException {
        Path folder = Files.createDirectories(workspace.resolve("experiments"));
        Files.writeString(folder.resolve("note.txt"), "nothing that runs");
        return new ExperimentFiles(workspace).read(Files.write(folder.resolve("x.yaml"), content));
    }

    private static List<Row> rows() throws IOException {
        String table;
        try (var in = BadFilesTest.class.getResourceAsStream("/bad-files.txt")) {
            table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<Row> rows = new ArrayList<>();
        for (String section : table.split("(?m)^=== ")) {
            if (!section.isBlank() && !section.startsWith("#")) {
                String name = section.substring(0, section.indexOf('\n'));
                String[] parts = section.substring(name.length() + 1).split("(?m)^--> ", 2);
                rows.add(
                        new Row(name, parts[0], parts[1].lines().map(line -> line.replaceFirst("^--> ", "")).toList()));
            }
        }
        return rows;
    }
}
