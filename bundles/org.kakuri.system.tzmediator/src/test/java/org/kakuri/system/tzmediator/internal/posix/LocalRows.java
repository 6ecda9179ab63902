package org.kakuri.system.tzmediator.internal.posix;

import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.posix.PosixLibrary;
import org.kakuri.platform.linux.posix.ProcessIdentity;

/** Runs the table in a process of its own, which executes the calls itself; prints a line for each row. */
final class LocalRows {
    private LocalRows() {}

    /** Runs it: folder, name. */
    public static void main(String[] arguments) {
        try (ProcessIdentity identity = ProcessIdentity.take();
                LocalPosix calls = new LocalPosix().identity(identity);
                PosixLibrary posix = new PosixLibrary(calls, number -> Fd.own(number).dup())) {
            Rows.run(posix, arguments[0], arguments[1]).forEach(System.out::println);
        }
    }
}
