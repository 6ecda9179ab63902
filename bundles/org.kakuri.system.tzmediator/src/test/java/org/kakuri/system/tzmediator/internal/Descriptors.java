package org.kakuri.system.tzmediator.internal;

import java.util.List;
import org.kakuri.platform.linux.ProcFs;

/** What this process holds open, for leak checks. */
public final class Descriptors {
    private Descriptors() {}

    /** Returns pipes, memory files and such; files of the class path come and go as classes are loaded. */
    public static List<String> open() {
        return ProcFs.descriptors((int) ProcessHandle.current().pid())
                .entrySet()
                .stream()
                .filter(e -> e.getValue().contains(":"))
                .map(e -> e.getKey() + " " + e.getValue())
                .toList();
    }
}
