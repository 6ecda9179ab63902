package org.kakuri.system.tzmediator.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What cases say and ask. */
final class Check {
    static final long PATIENCE_MILLIS = 60_000;

    private Check() {}

    /** Something that has to be so. */
    @FunctionalInterface
    interface Case {
        void run() throws Exception;
    }

    /** A case that cannot be tried here. */
    static final class Skipped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Skipped(String why) {
            super(why);
        }
    }

    static void await(String otherwise, BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            holds(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) < PATIENCE_MILLIS, otherwise);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    static void same(String expected, String found) {
        holds(expected.equals(found), "[" + found + "] instead of [" + expected + "]");
    }

    static void holds(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    static String command(long pid) {
        return content(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
    }

    static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
