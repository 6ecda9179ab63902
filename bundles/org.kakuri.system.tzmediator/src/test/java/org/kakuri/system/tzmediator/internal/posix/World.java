package org.kakuri.system.tzmediator.internal.posix;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.posix.PosixLibrary;
import org.kakuri.platform.linux.posix.PosixSignals.Taken;

/** What rows work with. */
final class World {
    static final int SIGUSR1 = 10;
    static final int SIGUSR2 = 12;
    static final int SIGPIPE = 13;
    static final int SIGALRM = 14;
    static final int SIGTERM = 15;
    static final int SIGCHLD = 17;
    static final int SIGRTMIN = 34;
    static final int POLLIN = 1;
    static final int POLLOUT = 4;
    static final int POLLHUP = 0x10;
    static final int POLLNVAL = 0x20;
    static final int NONBLOCK = 0x800;
    static final int CREATE = 0x42 | 0x80;
    static final int RDWR = 2;
    static final int MONOTONIC = 1;
    static final long MILLI = 1_000_000;
    static final long FOREVER = PosixLibrary.FOREVER;
    static final int EADDRINUSE = 98;
    static final int EINPROGRESS = 115;
    static final int ENOPROTOOPT = 92;
    static final int ENXIO = 6;

    final PosixLibrary posix;
    final String folder;
    final List<Taken> handled = new ArrayList<>();
    private final String unique;

    World(PosixLibrary posix, String folder, String unique) {
        this.posix = posix;
        this.folder = folder;
        this.unique = unique;
    }

    String path(String name) {
        return folder + "/" + name;
    }

    String name(String suffix) {
        return "/" + unique + "-" + suffix;
    }

    static void check(boolean condition) {
        if (!condition) {
            throw new AssertionError("not so");
        }
    }

    static void is(long expected, long actual) {
        if (expected != actual) {
            throw new AssertionError("expected " + text(expected) + ", was " + text(actual));
        }
    }

    private static String text(long value) {
        return value < 0 && value > -134 ? value + " (" + Errno.name((int) -value) + ")" : "" + value;
    }

    /** Notes signals that come. */
    int collect(int signal, int flags) {
        handled.clear();
        return posix.signals().sigaction(signal, handled::add, flags, 0);
    }

    /** A signal in some ms, again every some ms unless that is 0; the timer. */
    int signalIn(int signal, long millis, long every) {
        int timer = posix.timers().timerCreate(MONOTONIC, signal, 77);
        check(timer >= 0);
        is(0, posix.timers().timerSettime(timer, 0, millis * MILLI, every * MILLI, null));
        return timer;
    }

    static long fromNow(long millis) {
        Instant now = Instant.now().plusMillis(millis);
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    int ready(int fd, int events) {
        PosixLibrary.Polled polled = new PosixLibrary.Polled(fd, events);
        return posix.poll(1000, polled) == 1 ? polled.found() : -1;
    }

    int[] pipe() {
        int[] pair = new int[2];
        is(0, posix.pipe(0, pair));
        return pair;
    }

    int[] sockets(int type) {
        int[] pair = new int[2];
        is(0, posix.sockets().socketpair(1, type, 0, pair));
        return pair;
    }

    void close(int... descriptors) {
        for (int fd : descriptors) {
            is(0, posix.close(fd));
        }
    }

    byte[] read(int fd, int most) {
        byte[] bytes = new byte[most];
        long n = posix.read(fd, bytes);
        check(n >= 0);
        return java.util.Arrays.copyOf(bytes, (int) n);
    }

    /** Starts a program with descriptors 0 to 2 nowhere, but perhaps standard output. */
    int start(String program, int out, String... argv) {
        return posix.children()
                .spawn(program, List.of(argv), List.of("COLOUR=blue", "PATH=/usr/bin:/bin"),
                        out < 0 ? Map.of() : Map.of(1, out));
    }

    void reset() {
        posix.signals().sigprocmask(PosixLibrary.SIG_SETMASK, 0, null);
        for (int signal : new int[] {SIGPIPE, SIGALRM, SIGUSR1, SIGCHLD, SIGTERM, SIGRTMIN + 1, SIGRTMIN + 3}) {
            posix.signals().defaultAction(signal);
        }
    }
}
