package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * userfaultfd(2) of this or of another process: whoever touches a page that is missing in a registered range waits until it was
 * filled. It belongs to the memory of the process that made the descriptor, wherever the descriptor has gone. One thread reads
 * events; the other calls may come from any. Methods return {@code -errno}; ESRCH means that the process is gone.
 */
public final class Userfaultfd implements AutoCloseable {
    /** Number of the system call on x86-64. */
    public static final int CALL = 323;
    /** Flags for {@link #CALL}: O_CLOEXEC and O_NONBLOCK. */
    public static final int FLAGS = 0x80800;

    private static final long API = 0xc018aa3fL;
    private static final long API_VERSION = 0xaa;
    private static final long FEATURE_PAGEFAULT_FLAG_WP = 1;
    private static final long REGISTER = 0xc020aa00L;
    private static final long WAKE = 0x8010aa02L;
    private static final long COPY = 0xc028aa03L;
    private static final long ZEROPAGE = 0xc020aa04L;
    private static final long WRITEPROTECT = 0xc018aa06L;
    private static final long MODE_MISSING_WP = 3;
    private static final int MESSAGE_BYTES = 32;
    private static final int EVENT_PAGEFAULT = 0x12;
    private static final long FLAG_WP = 2;

    private static final MethodHandle IOCTL = Native.variadic("ioctl", 2, INT, INT, LONG, LONG);
    private static final MethodHandle MAKE = Native.syscall(INT);

    private final Fd fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment message = arena.allocate(MESSAGE_BYTES, 8);

    private Userfaultfd(Fd fd) {
        this.fd = fd;
    }

    /**
     * Owns a descriptor from now on, which nobody has used yet.
     *
     * @throws NativeException if the kernel cannot tell writes to protected pages (Linux 5.7)
     */
    public static Userfaultfd of(Fd fd) {
        var made = new Userfaultfd(fd);
        int r = made.ioctl(API, API_VERSION, FEATURE_PAGEFAULT_FLAG_WP, 0);
        if (r < 0) {
            made.close();
            throw new NativeException("ioctl(UFFDIO_API)", "features=0x" + Long.toHexString(FEATURE_PAGEFAULT_FLAG_WP),
                    -r);
        }
        return made;
    }

    /** Tries whether this process may have one that also sees faults of system calls: 0, or {@code -errno}. */
    public static int possible() {
        long r = Native.call(state -> (long) MAKE.invokeExact(state, (long) CALL, FLAGS));
        if (r < 0) {
            return (int) r;
        }
        try (Userfaultfd _ = of(Fd.own((int) r))) {
            return 0;
        } catch (NativeException e) {
            return -e.errno();
        }
    }

    /** Readable when somebody waits. */
    public Fd fd() {
        return fd;
    }

    /** Sees missing pages, and writes to protected ones, in a range from now on. */
    public int register(long start, long bytes) {
        return ioctl(REGISTER, start, bytes, MODE_MISSING_WP, 0);
    }

    /** Fills missing pages with bytes and wakes who waits: 0 or {@code -errno}; EEXIST if the page is there. */
    public int copy(long to, MemorySegment from) {
        return ioctl(COPY, to, from.address(), from.byteSize(), 0, 0);
    }

    /** Fills missing pages with zeros and wakes who waits: 0 or {@code -errno}; EEXIST if the page is there. */
    public int zero(long start, long bytes) {
        return ioctl(ZEROPAGE, start, bytes, 0, 0);
    }

    /** Keeps everybody from writing to pages, or lets them again and wakes them. */
    public int protect(long start, long bytes, boolean on) {
        return ioctl(WRITEPROTECT, start, bytes, on ? 1 : 0);
    }

    /** Wakes who waits for one of these pages, to try again. */
    public int wake(long start, long bytes) {
        return ioctl(WAKE, start, bytes);
    }

    /** Takes an event; false if there is none now. */
    public boolean next() {
        while (true) {
            int held = fd.acquire();
            long n;
            try {
                n = FdIo.readRaw(held, message, 0, MESSAGE_BYTES);
            } finally {
                fd.release();
            }
            if (n != -Errno.EINTR) {
                return n == MESSAGE_BYTES && message.get(ValueLayout.JAVA_BYTE, 0) == EVENT_PAGEFAULT;
            }
        }
    }

    /** Where the fault of the last event was. */
    public long address() {
        return message.get(LONG, 16);
    }

    /** Whether it was a write to a protected page, not a missing page. */
    public boolean protectedPage() {
        return (message.get(LONG, 8) & FLAG_WP) != 0;
    }

    private int ioctl(long request, long... fields) {
        MemorySegment state = Native.state();
        MemorySegment argument = Native.scratch(state, 0, 8L * fields.length);
        int held = fd.acquire();
        try {
            int r;
            do {
                for (int i = 0; i < fields.length; i++) {
                    argument.set(LONG, 8L * i, fields[i]);
                }
                r = Native.result(state, (int) IOCTL.invokeExact(state, held, request, argument.address()));
            } while (r == -Errno.EINTR || r == -Errno.EAGAIN);
            return r;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** Ends it: who waits goes on, and finds zeros in pages that are missing. Not while a thread is in a call of this object. */
    @Override
    public void close() {
        fd.close();
        arena.close();
    }
}
