package org.kakuri.runtime.wasm.internal.wasi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;

/** The call {@code poll_oneoff}. Everything is copied from guest memory before anything is waited for. */
final class WasiPoll {
    /** One less than poll takes, for the descriptor that wakes it. */
    private static final int MOST = 1023;
    private static final int SUBSCRIPTION_BYTES = 48;
    private static final int EVENT_BYTES = 32;
    private static final int POLLFD_BYTES = 8;
    private static final int CLOCK = 0;
    private static final int FD_READ = 1;
    private static final int FD_WRITE = 2;
    private static final int ABSTIME = 1;
    private static final int HANGUP = 1;
    private static final long LONGEST_MILLIS = Integer.MAX_VALUE;

    private final WasiProcess process;
    private final GuestMemory memory;
    private final int count;
    private final long[] userdata;
    private final byte[] kinds;
    private final GuestFd[] descriptors;
    private final long[] deadlines;
    private final int[] entries;
    private PosixCalls calls;
    private int waitedFor;
    private int written;
    private int out;

    private WasiPoll(WasiProcess process, int count) {
        this.process = process;
        this.memory = process.memory();
        this.count = count;
        this.userdata = new long[count];
        this.kinds = new byte[count];
        this.descriptors = new GuestFd[count];
        this.deadlines = new long[count];
        this.entries = new int[count];
    }

    static int oneoff(WasiProcess p, int in, int out, int count, int result) {
        if (count <= 0 || count > MOST) {
            return WasiErrno.INVAL;
        }
        p.memory().range(in, count * SUBSCRIPTION_BYTES);
        p.memory().range(out, count * EVENT_BYTES);
        p.memory().range(result, 4);
        WasiPoll poll = new WasiPoll(p, count);
        int bad = poll.take(in);
        if (bad != 0) {
            return bad;
        }
        bad = poll.await(out);
        if (bad == WasiErrno.SUCCESS) {
            p.memory().writeI32(result, poll.written);
        }
        return bad;
    }

    private int take(int in) {
        for (int i = 0; i < count; i++) {
            int at = in + i * SUBSCRIPTION_BYTES;
            userdata[i] = memory.readLong(at);
            kinds[i] = memory.read(at + 8);
            if (kinds[i] == CLOCK) {
                int clock = memory.readInt(at + 16);
                long timeout = memory.readLong(at + 24);
                int flags = memory.readShort(at + 40);
                if (clock != HostClock.REALTIME && clock != HostClock.MONOTONIC || (flags & ~ABSTIME) != 0) {
                    return WasiErrno.INVAL;
                }
                deadlines[i] = deadline(clock, timeout, flags == ABSTIME);
            } else if (kinds[i] == FD_READ || kinds[i] == FD_WRITE) {
                descriptors[i] = process.descriptors().get(memory.readInt(at + 16));
                if (!waitFor(i)) {
                    return WasiErrno.NOTSUP;
                }
            } else {
                return WasiErrno.INVAL;
            }
        }
        return WasiErrno.SUCCESS;
    }

    /** Returns the moment on {@link System#nanoTime()}'s clock, at most some centuries ahead. */
    private long deadline(int clock, long timeout, boolean absolute) {
        long left = timeout < 0 ? Long.MAX_VALUE : timeout;
        if (absolute) {
            left = Math.max(0, left - process.clock().nanos(clock));
        }
        return System.nanoTime() + Math.min(left, Long.MAX_VALUE / 2);
    }

    /** Enters a descriptor into the table; false if the descriptors of this call have different owners. */
    private boolean waitFor(int i) {
        GuestFd fd = descriptors[i];
        entries[i] = -1;
        if (fd == null || !fd.may(WasiRights.POLL_FD_READWRITE)) {
            return true;
        }
        if (calls != null && calls != fd.calls) {
            return false;
        }
        calls = fd.calls;
        MemorySegment table = process.scratch();
        long at = (long) waitedFor * POLLFD_BYTES;
        table.set(ValueLayout.JAVA_INT, at, fd.number);
        table.set(ValueLayout.JAVA_SHORT, at + 4, (short) (kinds[i] == FD_READ ? PollSet.IN : PollSet.OUT));
        table.set(ValueLayout.JAVA_SHORT, at + 6, (short) 0);
        entries[i] = waitedFor++;
        return true;
    }

    private int await(int events) {
        out = events;
        badDescriptors();
        PosixCalls where = calls == null ? process.waiting() : calls;
        while (true) {
            long bytes = (long) waitedFor * POLLFD_BYTES;
            int ready = written > 0 && waitedFor == 0 ? 0
                    : where.poll(process.scratch(), 0, bytes, written > 0 ? 0 : millisLeft());
            if (ready < 0 && ready != -org.kakuri.platform.linux.Errno.EINTR) {
                return WasiErrno.of(ready);
            }
            if (ready > 0) {
                readyDescriptors();
            }
            passedClocks();
            if (written > 0) {
                return WasiErrno.SUCCESS;
            }
        }
    }

    private int millisLeft() {
        long least = -1;
        long now = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (kinds[i] == CLOCK) {
                long left = Math.max(0, deadlines[i] - now);
                least = least < 0 ? left : Math.min(least, left);
            }
        }
        return least < 0 ? -1 : (int) Math.min(LONGEST_MILLIS, least / 1_000_000 + (least % 1_000_000 == 0 ? 0 : 1));
    }

    private void badDescriptors() {
        for (int i = 0; i < count; i++) {
            if (kinds[i] != CLOCK && entries[i] < 0) {
                event(i, descriptors[i] == null ? WasiErrno.BADF : WasiErrno.NOTCAPABLE, 0, 0);
            }
        }
    }

    /** Divergence: of a stream that is ready to be read it is only told that there is at least one byte. */
    private void readyDescriptors() {
        for (int i = 0; i < count; i++) {
            if (kinds[i] == CLOCK || entries[i] < 0) {
                continue;
            }
            int found = process.scratch().get(ValueLayout.JAVA_SHORT, (long) entries[i] * POLLFD_BYTES + 6) & 0xffff;
            if ((found & PollSet.NVAL) != 0) {
                event(i, WasiErrno.BADF, 0, 0);
            } else if (found != 0) {
                boolean some = (found & (PollSet.IN | PollSet.OUT)) != 0;
                event(i, WasiErrno.SUCCESS, some ? 1 : 0, (found & PollSet.HUP) != 0 ? HANGUP : 0);
            }
        }
    }

    private void passedClocks() {
        long now = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (kinds[i] == CLOCK && deadlines[i] - now <= 0) {
                event(i, WasiErrno.SUCCESS, 0, 0);
            }
        }
    }

    private void event(int i, int errno, long bytes, int flags) {
        int at = out + written++ * EVENT_BYTES;
        memory.writeLong(at, userdata[i]);
        memory.writeLong(at + 8, errno | (long) kinds[i] << 16);
        memory.writeLong(at + 16, bytes);
        memory.writeLong(at + 24, flags);
    }
}
