package org.kakuri.platform.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Wakes threads that block in calls of {@link BlockingCalls}: an eventfd that stays readable from {@link #wake} until
 * {@link #reset}. Any thread may use it.
 */
public final class WakeFd implements AutoCloseable {

    private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final MethodHandle EVENTFD = Native.withErrno("eventfd", Native.INT, Native.INT, Native.INT);

    private final Fd fd;

    private WakeFd(Fd fd) {
        this.fd = fd;
    }

    public static WakeFd create() {
        MemorySegment state = Native.state();
        try {
            int r = Native.result(state, (int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC_NONBLOCK));
            return new WakeFd(Fd.own((int) Native.check(r, "eventfd", "")));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** eventfd(2), close-on-exec: a counter as a descriptor; flags: EFD_NONBLOCK (0x800), EFD_SEMAPHORE (1). */
    public static int eventfdRaw(int initial, int flags) {
        return (int) Native.call(s -> (int) EVENTFD.invokeExact(s, initial, flags | OpenFlags.O_CLOEXEC));
    }

    /** Readable while woken; owned by this object. */
    public Fd fd() {
        return fd;
    }

    /** Makes every present and future blocking call return until {@link #reset}. */
    public void wake() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(Native.LONG, 1L);
            int number = fd.acquire();
            try {
                long n = FdIo.writeRaw(number, one, 0, 8);
                if (n != -Errno.EAGAIN) {
                    Native.check(n, "write", "eventfd=" + number);
                }
            } finally {
                fd.release();
            }
        }
    }

    /** Whether {@link #wake} was called since the last reset. */
    public boolean isWoken() {
        PollSet set = new PollSet(1);
        set.add(fd, PollSet.IN);
        return set.poll(0) > 0;
    }

    /** Lets calls block again; whether it was woken. */
    public boolean reset() {
        int number = fd.acquire();
        try (Arena arena = Arena.ofConfined()) {
            long n = FdIo.readRaw(number, arena.allocate(8), 0, 8);
            if (n != -Errno.EAGAIN) {
                Native.check(n, "read", "eventfd=" + number);
            }
            return n == 8;
        } finally {
            fd.release();
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
