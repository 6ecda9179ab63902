package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.runtime.SessionReport;

/** In fidelity mode the counts are those of strace(1), an independent witness. */
@Timeout(120)
class ExactCountsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"/bin/true", "/bin/ls /usr", "/bin/dash -c /bin/true;/bin/echo",
        "/bin/grep root /etc/passwd"})
    void equalsStrace(String line) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "strace is not installed");
        List<String> argv = List.of(line.split(" "));
        Path table = folder.resolve("table");
        List<String> traced = new ArrayList<>(List.of("/usr/bin/strace", "-f", "-c", "-o", table.toString()));
        traced.addAll(argv);
        Bench.natively(traced);
        var expected = new TreeMap<String, Long>();
        for (String row : Files.readAllLines(table)) {
            String[] fields = row.strip().split(" +");
            if (fields.length >= 5 && fields[0].matches("[0-9.]+") && !fields[fields.length - 1].equals("total")) {
                expected.put(fields[fields.length - 1], Long.parseLong(fields[3]));
            }
        }
        for (String runtime : List.of("scone", "occlum")) {
            try (Bench bench = Bench.none()) {
                Bench.Ran ran = bench.run(runtime, argv);
                var seen = new TreeMap<String, Long>();
                ran.report().calls().forEach(call -> seen.put(call.name(), call.count()));
                // strace counts calls when they return, and these do not
                seen.remove("exit_group");
                assertEquals(expected, seen, runtime);
                assertEquals(ran.report().calls().stream().mapToLong(SessionReport.Call::count).sum(),
                        ran.events().count("syscall").count());
            }
        }
    }
}
