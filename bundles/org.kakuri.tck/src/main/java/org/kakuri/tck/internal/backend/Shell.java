package org.kakuri.tck.internal.backend;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.tck.Skipped;

/** Children that a few words of shell are enough for. */
final class Shell {
    private static final Path PROGRAM = Path.of("/bin/sh");

    private Shell() {}

    /** Returns a child to start, with an argument. */
    static Spawn start(String script, String argument) {
        if (!Files.isExecutable(PROGRAM)) {
            throw new Skipped("needs " + PROGRAM + ", to be another process");
        }
        return Spawn.program(PROGRAM).arguments("-c", script, "sh", argument);
    }
}
