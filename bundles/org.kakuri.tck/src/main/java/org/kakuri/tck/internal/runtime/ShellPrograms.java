package org.kakuri.tck.internal.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.kakuri.tck.Skipped;

/** The programs as executables of this machine. */
final class ShellPrograms {
    private ShellPrograms() {}

    /** Returns the bytes of a file to execute. */
    static byte[] executable(Program program) throws IOException {
        return switch (program) {
        case RETURNS -> script("exit 0");
        case EXITS_7 -> script("exit 7");
        case TRAPS -> script("kill -SEGV $$");
        case LOOPS -> script("while :; do :; done");
        case ECHOES -> script("exec cat");
        case CUT_OFF -> Arrays.copyOf(Files.readAllBytes(Path.of("/bin/sh")), 100);
        case WANTS_4_GIB -> throw new Skipped("an executable does not say how much memory it wants");
        };
    }

    private static byte[] script(String line) {
        return ("#!/bin/sh\n" + line + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
