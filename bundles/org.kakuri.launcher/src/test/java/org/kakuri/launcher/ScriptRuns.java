package org.kakuri.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Runs of the script with a temporary folder and a runtime folder of their own, and a report of them in JUnit's format.
 */
final class ScriptRuns {
    private static final long PATIENCE_MILLIS = 120_000;

    private final Path script;
    private final Path temp;

    ScriptRuns(Path home, String name) throws IOException {
        script = home.resolve("kakuri");
        temp = Files.createTempDirectory(name);
        for (String own : List.of("tmp", "run")) {
            Files.createDirectory(temp.resolve(own),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    Path script() {
        return script;
    }

    Path temp() {
        return temp;
    }

    /** Starts the script, its output into a file. */
    Process kakuri(Path log, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(words));
        return start(log, command);
    }

    /** Starts a program as the script is started, its output into a file. */
    Process start(Path log, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("TMPDIR", temp.resolve("tmp").toString());
        builder.environment().put("XDG_RUNTIME_DIR", temp.resolve("run").toString());
        if (Files.isDirectory(temp.resolve("workspace"))) {
            builder.environment().put("KAKURI_WORKSPACE", temp.resolve("workspace").toString());
        }
        return builder.start();
    }

    /** Returns true when the condition holds, false when the time is over. */
    static boolean await(BooleanSupplier condition, BooleanSupplier over) throws InterruptedException {
        long start = System.nanoTime();
        while (!over.getAsBoolean()) {
            if (condition.getAsBoolean()) {
                return true;
            }
            if (millisSince(start) > PATIENCE_MILLIS) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return condition.getAsBoolean();
    }

    static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    /** The text of a file, nothing if it cannot be read. */
    static String content(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }

    /**
     * Writes a report of one test.
     *
     * @param kind failure or skipped; empty if it passed
     */
    static void report(Path file, Class<?> test, String name, String kind, String message) throws IOException {
        Files.createDirectories(file.getParent());
        String end = kind.isEmpty() ? ""
                : "<" + kind + " message=\""
                        + message.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;") + "\"/>";
        Files.writeString(file, "<testsuite><testcase classname=\"" + test.getName() + "\" name=\"" + name + "\">" + end
                + "</testcase></testsuite>\n");
    }

    void deleteTemp() throws IOException {
        try (Stream<Path> files = Files.walk(temp)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
