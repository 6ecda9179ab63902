package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunDirectoryTest {

    @TempDir
    Path temp;

    @Test
    void onlyItsOwnerMayEnterAndClosingDeletesIt() throws IOException {
        RunDirectory directory = RunDirectory.open(temp);
        Files.writeString(Files.createDirectories(directory.path().resolve("cache/bundle1")).resolve("file"), "x");

        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())));
        assertEquals("rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path().getParent())));

        directory.close();
        assertFalse(Files.exists(directory.path()));
        assertEquals(List.of("turn"), names(directory.path().getParent()));
    }

    @Test
    void twoInOneProcessAreApart() throws IOException {
        try (RunDirectory first = RunDirectory.open(temp); RunDirectory second = RunDirectory.open(temp)) {
            assertNotEquals(first.path(), second.path());
            assertTrue(Files.isDirectory(first.path()));
        }
    }

    @Test
    void removesWhatADeadProcessLeftAndKeepsWhatALivingOneHolds() throws Exception {
        Process other = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"), Holder.class.getName(), temp.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = other.inputReader()) {
            Path held = Path.of(out.readLine());

            RunDirectory.open(temp).close();
            assertTrue(Files.isDirectory(held), "a living process lost " + held);

            other.destroyForcibly().waitFor();
            assertTrue(Files.isDirectory(held), "a killed process cannot have cleaned up");
            RunDirectory.open(temp).close();
            assertEquals(List.of("turn"), names(held.getParent()));
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void removesADirectoryThatNobodyOwns() throws IOException {
        Path base;
        try (RunDirectory directory = RunDirectory.open(temp)) {
            base = directory.path().getParent();
        }
        Files.createDirectories(base.resolve("1-0/cache/data"));

        RunDirectory.open(temp).close();

        assertEquals(List.of("turn"), names(base));
    }

    @Test
    void refusesADirectoryThatOthersMayEnterOrThatIsALink() throws IOException {
        Path base;
        try (RunDirectory directory = RunDirectory.open(temp)) {
            base = directory.path().getParent();
        }
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxrwxrwx"));
        String uid = base.getFileName().toString().substring("kakuri-".length());
        String refusal = base + " is not a directory that only user " + uid
                + " may enter; delete it, or point TMPDIR at a directory of your own";
        assertEquals(refusal, assertThrows(IOException.class, () -> RunDirectory.open(temp)).getMessage());

        RunDirectory.deleteTree(base);
        Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"), PosixFilePermissions
                .asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createSymbolicLink(base, elsewhere);
        assertEquals(refusal, assertThrows(IOException.class, () -> RunDirectory.open(temp)).getMessage());
    }

    @Test
    void deletingATreeDoesNotFollowLinks() throws IOException {
        Path kept = Files.writeString(Files.createDirectory(temp.resolve("kept")).resolve("file"), "x");
        Path tree = Files.createDirectory(temp.resolve("tree"));
        Files.createSymbolicLink(tree.resolve("link"), kept.getParent());

        RunDirectory.deleteTree(tree);

        assertFalse(Files.exists(tree));
        assertTrue(Files.exists(kept));
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Another process with a directory of its own: prints it and stays until it is killed or its input ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            RunDirectory directory = RunDirectory.open(Path.of(arguments[0]));
            System.out.println(directory.path());
            while (System.in.read() >= 0) {
                continue;
            }
        }
    }
}
