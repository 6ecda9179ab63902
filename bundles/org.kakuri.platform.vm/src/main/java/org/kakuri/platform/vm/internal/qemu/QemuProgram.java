package org.kakuri.platform.vm.internal.qemu;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.kakuri.api.Unsupported;

/** Finds QEMU. */
public final class QemuProgram {
    private static final String NAME = "qemu-system-x86_64";

    private QemuProgram() {}

    /**
     * Looks on a search path.
     *
     * @throws Unsupported if it is not there
     */
    public static Path find(String searchPath) {
        return Arrays.stream(searchPath.split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, NAME))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new Unsupported(NAME + " is not on the PATH",
                        "./kakuri provision installs it, on Debian"));
    }
}
