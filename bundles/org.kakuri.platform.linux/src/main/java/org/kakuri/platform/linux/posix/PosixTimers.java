package org.kakuri.platform.linux.posix;

import static org.kakuri.platform.linux.posix.LibraryCalls.LONG;

import org.kakuri.platform.linux.Errno;

/** Sleeping and timers, see timerfd_create(2) and timer_create(2). Times are in ns. Results as {@link PosixLibrary}'s. */
public final class PosixTimers {

    private final LibraryCalls guest;

    PosixTimers(LibraryCalls guest) {
        this.guest = guest;
    }

    public int timerfdCreate(int clock, int flags) {
        return (int) guest.plain(PosixOp.TIMERFD_CREATE, clock, flags);
    }

    /** Times in ns; {@code old}, if not null, gets value and interval before. */
    public int timerfdSettime(int fd, int flags, long value, long interval, long[] old) {
        return setting(guest.plain(PosixOp.TIMERFD_SETTIME, fd, flags, value, interval, 16), old);
    }

    public int timerfdGettime(int fd, long[] now) {
        return setting(guest.plain(PosixOp.TIMERFD_GETTIME, fd, 16), now);
    }

    /** Sleeps; when interrupted, {@code left[0]} gets what was left in ns. Never made again. */
    public int nanosleep(int clock, int flags, long nanos, long[] left) {
        long result = guest.call(PosixOp.NANOSLEEP, 0, clock, flags, nanos, 8);
        if (left != null) {
            left[0] = result == -Errno.EINTR ? guest.data().get(LONG, 0) : 0;
        }
        guest.safepoint();
        return (int) result;
    }

    public int timerCreate(int clock, int signal, int value) {
        return (int) guest.plain(PosixOp.TIMER_CREATE, clock, signal, value);
    }

    public int timerSettime(int timer, int flags, long value, long interval, long[] old) {
        return setting(guest.plain(PosixOp.TIMER_SETTIME, timer, flags, value, interval, 16), old);
    }

    public int timerGettime(int timer, long[] now) {
        return setting(guest.plain(PosixOp.TIMER_GETTIME, timer, 16), now);
    }

    public int timerGetoverrun(int timer) {
        return (int) guest.plain(PosixOp.TIMER_GETOVERRUN, timer);
    }

    public int timerDelete(int timer) {
        return (int) guest.plain(PosixOp.TIMER_DELETE, timer);
    }

    private int setting(long result, long[] to) {
        if (result == 0 && to != null) {
            to[0] = guest.data().get(LONG, 0);
            to[1] = guest.data().get(LONG, 8);
        }
        return (int) result;
    }
}
