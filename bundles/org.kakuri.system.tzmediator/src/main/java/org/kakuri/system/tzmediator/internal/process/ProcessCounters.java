package org.kakuri.system.tzmediator.internal.process;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel counted for all threads of a process that exist now.
 *
 * @param cpuNanos time on a CPU, in ns
 * @param voluntarySwitches context switches because a thread waited
 */
public record ProcessCounters(long cpuNanos, long voluntarySwitches) {
    /** What a process that is gone has used, as far as we can tell. */
    public static final ProcessCounters GONE = new ProcessCounters(0, 0);

    private static final String VOLUNTARY = "voluntary_ctxt_switches:";

    /** Reads the counters; {@link #GONE} if the process has ended. */
    public static ProcessCounters of(long pid) {
        long cpu = 0;
        long switches = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                String schedstat = Files.readString(task.resolve("schedstat"));
                cpu += Long.parseLong(schedstat.substring(0, schedstat.indexOf(' ')));
                for (String line : Files.readAllLines(task.resolve("status"))) {
                    if (line.startsWith(VOLUNTARY)) {
                        switches += Long.parseLong(line.substring(VOLUNTARY.length()).strip());
                    }
                }
            }
            return new ProcessCounters(cpu, switches);
        } catch (IOException | DirectoryIteratorException ended) {
            return GONE;
        }
    }

    /** Returns what was added since; nothing if threads went meanwhile and took their counts along. */
    public ProcessCounters since(ProcessCounters earlier) {
        return new ProcessCounters(Math.max(0, cpuNanos - earlier.cpuNanos),
                Math.max(0, voluntarySwitches - earlier.voluntarySwitches));
    }
}
