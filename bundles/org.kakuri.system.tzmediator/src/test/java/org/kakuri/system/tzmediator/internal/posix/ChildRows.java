package org.kakuri.system.tzmediator.internal.posix;

import static org.kakuri.system.tzmediator.internal.posix.World.check;
import static org.kakuri.system.tzmediator.internal.posix.World.is;

import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.posix.PosixLibrary;
import org.kakuri.platform.linux.posix.PosixSignals;

/** Children. */
final class ChildRows {
    private static final int CLD_EXITED = 1;
    private static final int SIGKILL = 9;

    private ChildRows() {}

    static void add(Rows table) {
        table.row("posix_spawn, waitpid", "exit status; ECHILD afterwards", w -> {
            int[] status = new int[1];
            int pid = w.start("sh", -1, "sh", "-c", "exit 7");
            is(pid, w.posix.children().waitpid(pid, 0, status));
            is(7 << 8, status[0]);
            is(-Errno.ECHILD, w.posix.children().waitpid(pid, 0, status));
            is(-Errno.ECHILD, w.posix.children().waitpid(-1, 0, status));
        });
        table.row("waitpid", "WNOHANG; a child that a signal ended", w -> {
            int[] status = new int[1];
            int pid = w.start("sleep", -1, "sleep", "100");
            is(0, w.posix.children().waitpid(pid, PosixLibrary.WNOHANG, status));
            is(0, w.posix.signals().kill(pid, World.SIGTERM));
            is(pid, w.posix.children().waitpid(-1, 0, status));
            is(World.SIGTERM, status[0]);
        });
        table.row("posix_spawn", "argv, environment, a pipe as standard output", w -> {
            int[] p = w.pipe();
            int pid = w.start("/bin/sh", p[1], "other name", "-c", "echo $0 $1 $COLOUR", "zero", "one two");
            check(pid > 0);
            w.close(p[1]);
            StringBuilder all = new StringBuilder();
            byte[] part = w.read(p[0], 64);
            while (part.length > 0) {
                all.append(new String(part));
                part = w.read(p[0], 64);
            }
            check(all.toString().equals("zero one two blue\n"));
            is(pid, w.posix.children().waitpid(pid, 0, null));
            w.close(p[0]);
        });
        table.row("posix_spawn", "SIGCHLD with pid and status", w -> {
            long set = PosixSignals.mask(World.SIGCHLD);
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_BLOCK, set, null));
            int pid = w.start("sh", -1, "sh", "-c", "exit 3");
            PosixSignals.Taken taken = w.posix.signals().sigtimedwait(set, World.FOREVER);
            check(taken.signal() == World.SIGCHLD && taken.pid() == pid && taken.code() == CLD_EXITED
                    && taken.value() == 3);
            is(pid, w.posix.children().waitpid(pid, 0, null));
        });
        table.row("posix_spawn", "ENOENT, EACCES; not one's child: ECHILD", w -> {
            is(-Errno.ENOENT, w.start("/no/such/program", -1, "x"));
            is(-Errno.ENOENT, w.start("no-such-program-anywhere", -1, "x"));
            is(-Errno.EACCES, w.start("/etc/passwd", -1, "x"));
            is(-Errno.ECHILD, w.posix.children().waitpid(1, 0, null));
        });
        table.row("waitpid", "EINTR", w -> {
            int[] status = new int[1];
            is(0, w.collect(World.SIGALRM, 0));
            int pid = w.start("sleep", -1, "sleep", "100");
            int timer = w.signalIn(World.SIGALRM, 20, 0);
            is(-Errno.EINTR, w.posix.children().waitpid(pid, 0, status));
            is(1, w.handled.size());
            is(0, w.posix.timers().timerDelete(timer));
            is(0, w.posix.signals().kill(pid, SIGKILL));
            is(pid, w.posix.children().waitpid(pid, 0, status));
            is(SIGKILL, status[0]);
        });
    }
}
