package org.kakuri.api.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * What relative paths in a command's arguments are relative to: the folder of whoever typed it, be it this process, another
 * one whose command this workbench executes, or a session that has changed its folder.
 */
public final class WorkingDirectory {
    private static final ScopedValue<Path> CURRENT = ScopedValue.newInstance();

    private WorkingDirectory() {}

    /** Executes a command for somebody who is in that folder. */
    public static Object with(Path directory, Callable<Object> command) throws Exception {
        return ScopedValue.where(CURRENT, directory).call(command::call);
    }

    /** Returns an absolute path; call it on the thread that the command was called on. */
    public static Path resolve(String path) {
        return CURRENT.orElse(Path.of("").toAbsolutePath()).resolve(path).normalize();
    }
}
