package org.kakuri.system.tzmediator.internal.posix;

import static org.kakuri.system.tzmediator.internal.posix.World.check;
import static org.kakuri.system.tzmediator.internal.posix.World.is;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.posix.PosixLibrary;
import org.kakuri.platform.linux.posix.PosixLibrary.Polled;

/** poll, eventfd, clocks and timers. */
final class PollAndTimeRows {
    private static final int EFD_SEMAPHORE = 1;
    private static final int SI_TIMER = -2;

    private PollAndTimeRows() {}

    static void add(Rows table) {
        polls(table);
        table.row("eventfd", "counts; semaphore mode; EAGAIN", w -> {
            int fd = w.posix.eventfd(3, World.NONBLOCK);
            is(8, w.posix.write(fd, bytes(4)));
            is(World.POLLIN, w.ready(fd, World.POLLIN));
            is(7, number(w.read(fd, 8)));
            is(-Errno.EAGAIN, w.posix.read(fd, new byte[8]));
            w.close(fd);
            fd = w.posix.eventfd(2, World.NONBLOCK | EFD_SEMAPHORE);
            is(1, number(w.read(fd, 8)));
            is(1, number(w.read(fd, 8)));
            is(-Errno.EAGAIN, w.posix.read(fd, new byte[8]));
            w.close(fd);
        });
        times(table);
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    private static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static void polls(Rows table) {
        table.row("poll", "several descriptors, POLLHUP, POLLNVAL, negative ones", w -> {
            int[] p = w.pipe();
            int[] q = w.pipe();
            is(1, w.posix.write(q[1], new byte[1]));
            Polled[] all = {new Polled(p[0], World.POLLIN), new Polled(q[0], World.POLLIN),
                new Polled(-1, World.POLLIN), new Polled(q[1], World.POLLOUT)};
            is(2, w.posix.poll(-1, all));
            check(all[0].found() == 0 && all[1].found() == World.POLLIN && all[2].found() == 0
                    && all[3].found() == World.POLLOUT);
            w.close(p[1]);
            is(World.POLLHUP, w.ready(p[0], World.POLLIN));
            is(World.POLLNVAL, w.ready(70_000, World.POLLIN));
            w.close(p[0], q[0], q[1]);
        });
        table.row("poll", "0 once the time is over", w -> {
            int[] p = w.pipe();
            is(0, w.posix.poll(0, new Polled(p[0], World.POLLIN)));
            long before = System.nanoTime();
            is(0, w.posix.poll(30, new Polled(p[0], World.POLLIN)));
            check(System.nanoTime() - before >= 29 * World.MILLI);
            w.close(p);
        });
        table.row("poll", "EINTR even with SA_RESTART", w -> {
            int[] p = w.pipe();
            is(0, w.collect(World.SIGALRM, PosixLibrary.SA_RESTART));
            int timer = w.signalIn(World.SIGALRM, 20, 0);
            is(-Errno.EINTR, w.posix.poll(-1, new Polled(p[0], World.POLLIN)));
            is(1, w.handled.size());
            is(0, w.posix.timers().timerDelete(timer));
            w.close(p);
        });
    }

    private static void times(Rows table) {
        table.row("clock_gettime", "the monotonic clock never goes back", w -> {
            long before = System.nanoTime();
            check(System.nanoTime() - before >= 0 && System.currentTimeMillis() > 1_600_000_000_000L);
        });
        table.row("nanosleep", "at least that long; EINVAL", w -> {
            long before = System.nanoTime();
            is(0, w.posix.timers().nanosleep(World.MONOTONIC, 0, 20 * World.MILLI, null));
            check(System.nanoTime() - before >= 20 * World.MILLI);
            is(-Errno.EINVAL, w.posix.timers().nanosleep(World.MONOTONIC, 0, -1, null));
        });
        table.row("nanosleep", "EINTR with what is left", w -> {
            long[] left = new long[1];
            is(0, w.collect(World.SIGALRM, PosixLibrary.SA_RESTART));
            int timer = w.signalIn(World.SIGALRM, 20, 0);
            is(-Errno.EINTR, w.posix.timers().nanosleep(World.MONOTONIC, 0, 30_000 * World.MILLI, left));
            check(w.handled.size() == 1 && left[0] > 1000 * World.MILLI && left[0] < 30_000 * World.MILLI);
            is(0, w.posix.timers().timerDelete(timer));
        });
        table.row("timerfd", "expirations are counted; disarmed: EAGAIN", w -> {
            long[] setting = new long[2];
            int fd = w.posix.timers().timerfdCreate(World.MONOTONIC, 0);
            is(0, w.posix.timers().timerfdSettime(fd, 0, 5 * World.MILLI, 5 * World.MILLI, null));
            is(0, w.posix.timers().timerfdGettime(fd, setting));
            is(5 * World.MILLI, setting[1]);
            check(number(w.read(fd, 8)) >= 1);
            is(0, w.posix.timers().timerfdSettime(fd, 0, 0, 0, setting));
            is(5 * World.MILLI, setting[1]);
            is(0, w.posix.fcntlSetFl(fd, World.NONBLOCK));
            is(-Errno.EAGAIN, w.posix.read(fd, new byte[8]));
            w.close(fd);
        });
        table.row("timer_create", "signal with SI_TIMER and value; deleted: EINVAL", w -> {
            long[] setting = new long[2];
            is(0, w.collect(World.SIGRTMIN + 1, 0));
            int timer = w.signalIn(World.SIGRTMIN + 1, 10, 0);
            is(-Errno.EINTR, w.posix.timers().nanosleep(World.MONOTONIC, 0, 5000 * World.MILLI, null));
            check(w.handled.size() == 1 && w.handled.getFirst().code() == SI_TIMER
                    && w.handled.getFirst().value() == 77);
            is(0, w.posix.timers().timerGettime(timer, setting));
            is(0, setting[0]);
            check(w.posix.timers().timerGetoverrun(timer) >= 0);
            is(0, w.posix.timers().timerDelete(timer));
            is(-Errno.EINVAL, w.posix.timers().timerDelete(timer));
        });
    }
}
