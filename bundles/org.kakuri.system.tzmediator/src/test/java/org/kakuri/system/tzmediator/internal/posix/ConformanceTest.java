package org.kakuri.system.tzmediator.internal.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.posix.CallPagePosix;
import org.kakuri.platform.linux.posix.GuestSignals;
import org.kakuri.platform.linux.posix.PosixLibrary;

/**
 * The POSIX conformance table for TAs in Java: executed in place, and by a real shadow process. The same rows in C, in
 * WebAssembly, are run by the tests of org.kakuri.runtime.wasm.
 */
@Timeout(120)
class ConformanceTest {
    private static final Path TA = Path.of("../../workspace/guests/tz/ta_conform.c");
    private static final Pattern ROW_IN_C = Pattern.compile("^    \\{\"([^\"]+)\", \"([^\"]+)\", \\w+\\},$");

    @TempDir
    Path folder;

    @Test
    void everyRowWhereTheCallsAreExecutedInPlace() throws IOException {
        List<String> lines;
        try (Pipe out = Pipe.open();
                ChildProcess child = GuestSignals.prepare(Spawn.program(TestShadow.java()))
                        .arguments(TestShadow.arguments(LocalRows.class, folder.toString(),
                                "kakuri-local-" + ProcessHandle.current().pid()))
                        .give(out.writer(), 1)
                        .inherit(2)
                        .newProcessGroup()
                        .start()) {
            out.writer().close();
            try (var reader = new BufferedReader(new InputStreamReader(
                    new FileInputStream("/proc/self/fd/" + out.reader().number())))) {
                out.reader().close();
                lines = reader.lines().toList();
            }
            assertEquals("exited(0)", child.waitFor().toString(), () -> lines.toString());
        }
        assertOk(lines);
    }

    @Test
    void everyRowThroughAShadowProcess() {
        List<Integer> before = ProcFs.openDescriptors();
        try (TestShadow shadow = new TestShadow();
                PosixLibrary posix = new PosixLibrary(new CallPagePosix(shadow.client()), shadow::descriptor)) {
            assertOk(Rows.run(posix, folder.toString(), "kakuri-page-" + ProcessHandle.current().pid()));
            assertEquals(0, shadow.client().refusedReplies());
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    private static void assertOk(List<String> lines) {
        assertEquals(List.of(), lines.stream().filter(line -> !line.startsWith("ok\t")).toList());
        assertEquals(Rows.all().size(), lines.size());
    }

    @Test
    void theGuestInCHasTheSameRows() throws IOException {
        List<String> inC = new ArrayList<>();
        for (String line : Files.readAllLines(TA)) {
            var row = ROW_IN_C.matcher(line);
            if (row.matches()) {
                inC.add(row.group(1) + " | " + row.group(2));
            }
        }
        assertEquals(rows(), inC);
    }

    @Test
    void theReadmeHasTheSameRows() throws IOException {
        List<String> inReadme = Files.readAllLines(Path.of("README.md"))
                .stream()
                .dropWhile(line -> !line.equals("## POSIX conformance"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| ") && !line.startsWith("| call |") && !line.startsWith("| ---"))
                .map(line -> line.substring(2, line.length() - 2).replace("`", ""))
                .toList();
        assertEquals(rows(), inReadme);
    }

    private static List<String> rows() {
        return Rows.all().stream().map(row -> row.call() + " | " + row.behaviour()).toList();
    }
}
