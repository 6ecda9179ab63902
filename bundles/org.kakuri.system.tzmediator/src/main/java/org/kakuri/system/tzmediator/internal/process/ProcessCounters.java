package org.kakuri.system.tzmediator.internal.process;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel counted for all threads of a process that exist now, from {@code /proc/PID/task/TID/schedstat}: ns on a CPU, ns
 * waiting for one, times put on one.
 *
 * @param cpuNanos time on a CPU, in ns
 * @param runs how often a thread was put on a CPU
 */
public record ProcessCounters(long cpuNanos, long runs) {
    /** What a process that is gone has used, as far as we can tell. */
    public static final ProcessCounters GONE = new ProcessCounters(0, 0);

    /** Reads the counters; {@link #GONE} if the process has ended. */
    public static ProcessCounters of(long pid) {
        long cpu = 0;
        long runs = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                String[] fields = Files.readString(task.resolve("schedstat")).strip().split(" ");
                cpu += Long.parseLong(fields[0]);
                runs += Long.parseLong(fields[2]);
            }
            return new ProcessCounters(cpu, runs);
        } catch (IOException | DirectoryIteratorException ended) {
            return GONE;
        }
    }

    /** Returns what was added since; nothing if threads went meanwhile and took their counts along. */
    public ProcessCounters since(ProcessCounters earlier) {
        return new ProcessCounters(Math.max(0, cpuNanos - earlier.cpuNanos),
                Math.max(0, runs - earlier.runs));
    }
}
