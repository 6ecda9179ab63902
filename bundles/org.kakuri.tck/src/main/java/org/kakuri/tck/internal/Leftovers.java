package org.kakuri.tck.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.platform.linux.ProcFs;

/**
 * What something leaves behind in this process, told from what others do meanwhile by repeating it: something that leaks
 * leaves at least one each time.
 */
public final class Leftovers {
    private static final int TIMES = 24;

    private Leftovers() {}

    /** Repeats a task that should leave nothing. */
    public static void of(Runnable task) {
        task.run();
        task.run();
        Map<String, Integer> before = counted();
        for (int i = 0; i < TIMES; i++) {
            task.run();
        }
        Map<String, Integer> after = counted();
        before.forEach((what, count) -> Expect.that(after.get(what) - count < TIMES,
                "%s grew from %d to %d in %d repetitions", what, count, after.get(what), TIMES));
    }

    private static Map<String, Integer> counted() {
        var counts = new LinkedHashMap<String, Integer>();
        counts.put("descriptors", ProcFs.openDescriptors().size());
        counts.put("threads", Thread.getAllStackTraces().size());
        counts.put("mappings of memory files", (int) memoryFiles());
        counts.put("children", (int) ProcessHandle.current().children().count());
        return counts;
    }

    private static long memoryFiles() {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("/memfd:")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
