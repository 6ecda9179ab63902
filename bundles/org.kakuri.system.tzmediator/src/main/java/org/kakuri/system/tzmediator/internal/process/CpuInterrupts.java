package org.kakuri.system.tzmediator.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How many interrupts a CPU took, of all kinds, from {@code /proc/interrupts}. A TA that polls stays in its world, but each
 * interrupt of its CPU is the normal world's, a foreign interrupt, and takes it out and in again: this is what polling costs in
 * world switches. The count is of the CPU, not of the thread: exact as long as the TA has the CPU for itself and stays on it, and
 * an upper bound otherwise.
 */
public final class CpuInterrupts {
    private static final Path FILE = Path.of("/proc/interrupts");

    private CpuInterrupts() {}

    /** Returns the count so far; empty where the kernel does not tell or has no such CPU. */
    public static OptionalLong of(int cpu) {
        try {
            return of(cpu, Files.readAllLines(FILE));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** The header names the CPUs that are online; a row's first columns are theirs, ERR and MIS are of no CPU. */
    static OptionalLong of(int cpu, List<String> lines) {
        if (lines.isEmpty()) {
            return OptionalLong.empty();
        }
        List<String> cpus = List.of(lines.getFirst().strip().split("\\s+"));
        int column = cpus.indexOf("CPU" + cpu);
        if (column < 0) {
            return OptionalLong.empty();
        }
        long sum = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.strip().split("\\s+");
            if (fields.length > cpus.size() && fields[column + 1].matches("\\d{1,18}")) {
                sum += Long.parseLong(fields[column + 1]);
            }
        }
        return OptionalLong.of(sum);
    }
}
