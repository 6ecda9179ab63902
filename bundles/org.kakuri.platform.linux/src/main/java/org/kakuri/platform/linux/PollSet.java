package org.kakuri.platform.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Descriptors to wait for, poll(2). One thread at a time; reuse a set to wait often without allocating.
 */
public final class PollSet {

    /** There is something to read, or the end was reached. */
    public static final int IN = 1;
    /** Writing would not block. */
    public static final int OUT = 4;
    /** An error is pending; reported whether asked for or not. */
    public static final int ERR = 8;
    /** The other end is closed; reported whether asked for or not. */
    public static final int HUP = 0x10;
    /** The descriptor is not open; reported whether asked for or not. */
    public static final int NVAL = 0x20;

    /** {@code struct pollfd}: int fd @0, short events @4, short revents @6. */
    private static final int ENTRY = 8;

    private static final MethodHandle POLL = Native.withErrno("poll", Native.INT, Native.POINTER, Native.LONG,
            Native.INT);

    private final MemorySegment entries;
    private final Fd[] owners;
    private int count;

    /** A set of at most {@code capacity} descriptors. */
    public PollSet(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a poll set needs room: capacity=" + capacity);
        }
        this.entries = Arena.ofAuto().allocate((long) capacity * ENTRY, ENTRY);
        this.owners = new Fd[capacity];
    }

    /** Adds a descriptor that is held open while polling; returns its index. */
    public int add(Fd fd, int events) {
        int index = add(fd.number(), events);
        owners[index] = fd;
        return index;
    }

    /** Adds a descriptor by number; returns its index. */
    public int add(int fd, int events) {
        if (count == owners.length) {
            throw new IllegalStateException("the poll set is full: capacity=" + owners.length);
        }
        long at = (long) count * ENTRY;
        entries.set(ValueLayout.JAVA_INT, at, fd);
        entries.set(ValueLayout.JAVA_SHORT, at + 4, (short) events);
        entries.set(ValueLayout.JAVA_SHORT, at + 6, (short) 0);
        owners[count] = null;
        return count++;
    }

    /** Forgets the descriptor added last. */
    void removeLast() {
        owners[--count] = null;
    }

    /** Forgets all descriptors. */
    public void clear() {
        Arrays.fill(owners, null);
        count = 0;
    }

    /** What the last poll found for the descriptor at {@code index}: bits of {@link #IN} and its siblings, 0 for nothing. */
    public int ready(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("no such entry: index=" + index + ", count=" + count);
        }
        return entries.get(ValueLayout.JAVA_SHORT, (long) index * ENTRY + 6) & 0xffff;
    }

    /** Polls once; descriptors ready, 0 on timeout, or {@code -errno}. Negative timeout: for ever. */
    public int pollRaw(int timeoutMillis) {
        return pollRaw(entries, count, timeoutMillis);
    }

    /** poll(2) on an array of {@code struct pollfd}. */
    public static int pollRaw(MemorySegment entries, int count, int timeoutMillis) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) POLL.invokeExact(state, entries, (long) count, timeoutMillis));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Waits until a descriptor is ready; how many are, 0 on timeout. Negative timeout: for ever. Repeats on EINTR. */
    public int poll(long timeoutMillis) {
        int held = 0;
        try {
            for (; held < count; held++) {
                if (owners[held] != null) {
                    owners[held].acquire();
                }
            }
            return poll(entries, count, timeoutMillis);
        } finally {
            for (int i = 0; i < held; i++) {
                if (owners[i] != null) {
                    owners[i].release();
                }
            }
        }
    }

    private static int poll(MemorySegment entries, int count, long timeoutMillis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, timeoutMillis));
        int left = timeoutMillis < 0 ? -1 : (int) Math.min(timeoutMillis, Integer.MAX_VALUE);
        while (true) {
            int ready = pollRaw(entries, count, left);
            if (ready != -Errno.EINTR) {
                return (int) Native.check(ready, "poll", "descriptors=" + count + ", timeout=" + timeoutMillis + " ms");
            }
            if (timeoutMillis >= 0) {
                left = (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
            }
        }
    }
}
