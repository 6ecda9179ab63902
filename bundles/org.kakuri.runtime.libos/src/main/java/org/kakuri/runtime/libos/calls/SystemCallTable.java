package org.kakuri.runtime.libos.calls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/** The system calls of x86-64: the file {@code syscalls.x86-64.tsv}, one row a call. */
public final class SystemCallTable {
    private static final int NUMBERS = 512;
    private static final String[] NAMES = new String[NUMBERS];
    private static final CallGroup[] GROUPS = new CallGroup[NUMBERS];

    static {
        Arrays.fill(GROUPS, CallGroup.REFUSED);
        try (var in = new BufferedReader(new InputStreamReader(
                SystemCallTable.class.getResourceAsStream("syscalls.x86-64.tsv"), StandardCharsets.US_ASCII))) {
            in.lines().filter(line -> !line.startsWith("#")).map(line -> line.split("\t")).forEach(row -> {
                int number = Integer.parseInt(row[0]);
                NAMES[number] = row[1];
                GROUPS[number] = CallGroup.of(row[2]);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SystemCallTable() {}

    /** Returns a call's name; {@code syscall_N} for a number that Linux does not define. */
    public static String name(int number) {
        return known(number) ? NAMES[number] : "syscall_" + number;
    }

    /** Returns a call's group; REFUSED for a number that Linux does not define. */
    public static CallGroup group(int number) {
        return known(number) ? GROUPS[number] : CallGroup.REFUSED;
    }

    private static boolean known(int number) {
        return number >= 0 && number < NUMBERS && NAMES[number] != null;
    }

    /** Returns the numbers of the calls of a group. */
    public static Set<Integer> numbers(CallGroup group) {
        var numbers = new TreeSet<Integer>();
        for (int number = 0; number < NUMBERS; number++) {
            if (known(number) && GROUPS[number] == group) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    /**
     * Returns the number of a call.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static int number(String name) {
        int number = Arrays.asList(NAMES).indexOf(name);
        if (number < 0) {
            throw new IllegalArgumentException("no such system call: " + name);
        }
        return number;
    }
}
