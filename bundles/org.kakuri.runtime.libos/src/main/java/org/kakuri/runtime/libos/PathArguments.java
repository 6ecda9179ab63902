package org.kakuri.runtime.libos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * Where system calls have a path, and what it means.
 *
 * @param argument which argument is the path
 * @param folder which argument is the folder it is relative to; -1 for the working directory
 * @param follows whether a symbolic link at its end is followed
 */
record PathArguments(int argument, int folder, boolean follows) {
    private static final int AT_FDCWD = -100;
    private static final int O_NOFOLLOW = 0x20000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    /** Where the kernel writes its answer to a call, and how much; a length of 0 is what the argument behind it says. */
    record Result(int argument, int bytes) {}

    private static final Map<String, Result> RESULTS = Map.of("stat", new Result(1, 144), "lstat", new Result(1, 144),
            "newfstatat", new Result(2, 144), "statx", new Result(4, 256), "statfs", new Result(1, 120), "readlink",
            new Result(1, 0), "readlinkat", new Result(2, 0));
    private static final Map<Integer, PathArguments> CALLS = Map.ofEntries(row("open", 0, -1, true),
            row("stat", 0, -1, true), row("lstat", 0, -1, false), row("access", 0, -1, true),
            row("readlink", 0, -1, false), row("chdir", 0, -1, true), row("statfs", 0, -1, true),
            row("openat", 1, 0, true), row("newfstatat", 1, 0, true), row("statx", 1, 0, true),
            row("faccessat", 1, 0, true), row("faccessat2", 1, 0, true), row("readlinkat", 1, 0, false));

    private static Map.Entry<Integer, PathArguments> row(String name, int argument, int folder, boolean follows) {
        return Map.entry(SystemCallTable.number(name), new PathArguments(argument, folder, follows));
    }

    /** Returns the numbers of the calls that are known here. */
    static Set<Integer> numbers() {
        return CALLS.keySet();
    }

    /** Returns where the kernel writes what it says of the file. */
    static Optional<Result> result(int number) {
        return Optional.ofNullable(RESULTS.get(SystemCallTable.name(number)));
    }

    /** Returns where a call has its path; empty for calls that are left alone. */
    static Optional<PathArguments> of(TraceeCall call) {
        PathArguments row = CALLS.get(call.number());
        if (row == null || !row.follows()) {
            return Optional.ofNullable(row);
        }
        boolean noFollow = switch (SystemCallTable.name(call.number())) {
        case "open" -> (call.argument(1) & O_NOFOLLOW) != 0;
        case "openat" -> (call.argument(2) & O_NOFOLLOW) != 0;
        case "newfstatat" -> (call.argument(3) & AT_SYMLINK_NOFOLLOW) != 0;
        case "statx" -> (call.argument(2) & AT_SYMLINK_NOFOLLOW) != 0;
        default -> false;
        };
        return Optional.of(noFollow ? new PathArguments(row.argument(), row.folder(), false) : row);
    }

    /** Returns the absolute path that a call means; empty if it cannot be told. */
    Optional<String> absolute(Tracee tracee, TraceeCall call) {
        Optional<String> path = tracee.path(call.argument(argument));
        if (path.isEmpty() || path.get().isEmpty()) {
            return Optional.empty();
        }
        if (path.get().startsWith("/")) {
            return path;
        }
        int from = folder < 0 ? AT_FDCWD : (int) call.argument(folder);
        String link = "/proc/" + tracee.process().pid() + (from == AT_FDCWD ? "/cwd" : "/fd/" + from);
        try {
            return Optional.of(Files.readSymbolicLink(Path.of(link)) + "/" + path.get());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
