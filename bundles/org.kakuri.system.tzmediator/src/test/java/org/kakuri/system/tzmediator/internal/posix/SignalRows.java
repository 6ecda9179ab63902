package org.kakuri.system.tzmediator.internal.posix;

import static org.kakuri.system.tzmediator.internal.posix.World.check;
import static org.kakuri.system.tzmediator.internal.posix.World.is;

import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.posix.PosixLibrary;
import org.kakuri.platform.linux.posix.PosixSignals;
import org.kakuri.platform.linux.posix.PosixSignals.Taken;

/** Signals. */
final class SignalRows {
    private static final int SI_USER = 0;
    private static final int SI_QUEUE = -1;
    private static final int SIGKILL = 9;
    private static final int SIGSTOP = 19;
    private static final int SA_NODEFER = 0x40000000;
    private static final int SA_RESETHAND = 0x80000000;

    private SignalRows() {}

    static void add(Rows table) {
        sending(table);
        waiting(table);
        handling(table);
    }

    private static void sending(Rows table) {
        table.row("kill", "to itself: the handler ran before it returns", w -> {
            is(0, w.collect(World.SIGUSR1, 0));
            int self = w.posix.signals().getpid();
            is(0, w.posix.signals().kill(self, World.SIGUSR1));
            check(w.handled.equals(java.util.List.of(
                    new Taken(World.SIGUSR1, SI_USER, self, w.handled.getFirst().uid(), 0))));
        });
        table.row("sigprocmask, sigpending", "masked: pending once; unmasked: handled once", w -> {
            long[] old = new long[1];
            is(0, w.collect(World.SIGUSR1, 0));
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_BLOCK, PosixSignals.mask(World.SIGUSR1), old));
            is(0, w.posix.signals().kill(w.posix.signals().getpid(), World.SIGUSR1));
            is(0, w.posix.signals().kill(w.posix.signals().getpid(), World.SIGUSR1));
            is(0, w.handled.size());
            is(PosixSignals.mask(World.SIGUSR1), w.posix.signals().sigpending());
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_SETMASK, old[0], null));
            await(w, 1);
            is(1, w.handled.size());
        });
        table.row("sigqueue, sigwaitinfo", "real-time signals queue, in order, with values", w -> {
            int signal = World.SIGRTMIN + 2;
            long set = PosixSignals.mask(signal);
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_BLOCK, set, null));
            for (int i = 0; i < 5; i++) {
                is(0, w.posix.signals().sigqueue(w.posix.signals().getpid(), signal, 100 + i));
            }
            for (int i = 0; i < 5; i++) {
                Taken taken = w.posix.signals().sigtimedwait(set, World.FOREVER);
                check(taken.signal() == signal && taken.value() == 100 + i && taken.code() == SI_QUEUE
                        && taken.pid() == w.posix.signals().getpid());
            }
            is(-Errno.EAGAIN, w.posix.signals().sigtimedwait(set, 0).signal());
        });
        table.row("sigaction", "queued signals are handled in order, none is lost", w -> {
            int signal = World.SIGRTMIN + 3;
            is(0, w.collect(signal, 0));
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_BLOCK, PosixSignals.mask(signal), null));
            for (int i = 0; i < 20; i++) {
                is(0, w.posix.signals().sigqueue(w.posix.signals().getpid(), signal, i));
            }
            is(0, w.handled.size());
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_UNBLOCK, PosixSignals.mask(signal), null));
            await(w, 20);
            is(20, w.handled.size());
            for (int i = 0; i < 20; i++) {
                is(i, w.handled.get(i).value());
            }
        });
    }

    /** Gives signals that the kernel has the time to arrive. */
    private static void await(World w, int count) {
        for (int i = 0; i < 100 && w.handled.size() < count; i++) {
            w.posix.timers().nanosleep(World.MONOTONIC, 0, 20 * World.MILLI, null);
        }
    }

    private static void waiting(Rows table) {
        table.row("sigwait, sigtimedwait", "take a masked signal, EAGAIN after the time", w -> {
            long set = PosixSignals.mask(World.SIGUSR2);
            long both = set | PosixSignals.mask(World.SIGALRM);
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_BLOCK, both, null));
            is(-Errno.EAGAIN, w.posix.signals().sigtimedwait(set, 20 * World.MILLI).signal());
            is(0, w.posix.signals().kill(w.posix.signals().getpid(), World.SIGUSR2));
            is(World.SIGUSR2, w.posix.signals().sigtimedwait(both, World.FOREVER).signal());
            int timer = w.signalIn(World.SIGALRM, 10, 0);
            is(World.SIGALRM, w.posix.signals().sigtimedwait(both, World.FOREVER).signal());
            is(0, w.posix.timers().timerDelete(timer));
        });
        table.row("sigsuspend", "handler with the other mask, EINTR, old mask again", w -> {
            long set = PosixSignals.mask(World.SIGALRM);
            long[] now = new long[1];
            is(0, w.collect(World.SIGALRM, 0));
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_BLOCK, set, null));
            int timer = w.signalIn(World.SIGALRM, 20, 0);
            is(-Errno.EINTR, w.posix.signals().sigsuspend(0));
            is(1, w.handled.size());
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_BLOCK, 0, now));
            is(set, now[0]);
            is(0, w.posix.timers().timerDelete(timer));
        });
    }

    private static void nesting(World w, int flags, int expected) {
        int[] depth = new int[2];
        w.handled.clear();
        is(0, w.posix.signals().sigaction(World.SIGUSR1, taken -> {
            depth[0]++;
            depth[1] = Math.max(depth[0], depth[1]);
            w.handled.add(taken);
            if (w.handled.size() == 1) {
                w.posix.signals().kill(w.posix.signals().getpid(), World.SIGUSR1);
            }
            depth[0]--;
        }, flags, 0));
        is(0, w.posix.signals().kill(w.posix.signals().getpid(), World.SIGUSR1));
        await(w, 2);
        is(2, w.handled.size());
        is(expected, depth[1]);
    }

    private static void handling(Rows table) {
        table.row("sigaction", "a handler is not interrupted by its own signal", w -> nesting(w, 0, 1));
        table.row("sigaction", "SA_NODEFER: it is", w -> nesting(w, SA_NODEFER, 2));
        table.row("sigaction", "SA_RESETHAND: once, then the default", w -> {
            is(0, w.collect(World.SIGCHLD, SA_RESETHAND));
            is(0, w.posix.signals().kill(w.posix.signals().getpid(), World.SIGCHLD));
            is(1, w.handled.size());
            is(0, w.posix.signals().kill(w.posix.signals().getpid(), World.SIGCHLD));
            is(1, w.handled.size());
        });
        table.row("signal", "ignored signals are gone; raise", w -> {
            is(0, w.posix.signals().ignore(World.SIGTERM));
            is(0, w.posix.signals().kill(w.posix.signals().getpid(), World.SIGTERM));
            is(0, w.collect(World.SIGTERM, 0));
            is(0, w.handled.size());
            is(0, w.posix.signals().kill(w.posix.signals().getpid(), World.SIGTERM));
            is(1, w.handled.size());
        });
        table.row("kill, sigaction", "ESRCH, EINVAL; KILL and STOP cannot be caught; -1: EPERM", w -> {
            is(0, w.posix.signals().kill(w.posix.signals().getpid(), 0));
            is(-Errno.EINVAL, w.posix.signals().kill(w.posix.signals().getpid(), 99));
            is(-Errno.ESRCH, w.posix.signals().kill(0x7ffffff0, World.SIGUSR1));
            is(-Errno.EINVAL, w.collect(SIGKILL, 0));
            is(-Errno.EINVAL, w.collect(SIGSTOP, 0));
            is(-Errno.EPERM, w.posix.signals().kill(-1, World.SIGUSR1));
        });
        table.row("alarm, pause", "seconds left before; SIGALRM ends pause", w -> {
            long[] before = new long[2];
            is(0, w.collect(World.SIGALRM, 0));
            int timer = w.signalIn(World.SIGALRM, 50_000, 0);
            is(0, w.posix.timers().timerSettime(timer, 0, 20 * World.MILLI, 0, before));
            check(before[0] > 40_000 * World.MILLI && before[0] <= 50_000 * World.MILLI);
            is(-Errno.EINTR, w.posix.signals().sigsuspend(0));
            is(1, w.handled.size());
            is(0, w.posix.timers().timerDelete(timer));
        });
    }
}
