package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.ring.CallClient;

/**
 * What a kernel would never answer, and a hostile server may. Works on copies: on results that were read once, and on output that
 * was copied to memory of the guest's side before it is looked at here.
 */
final class Replies {

    private static final int HIGHEST_DESCRIPTOR = 1 << 20;
    private static final int MOST_CHILDREN = 1 << 16;
    private static final int MQ_PRIO_MAX = 32768;
    /** {@link PosixOp#SIGACTION}: only asks. */
    private static final int ASK = -1;
    private static final int MOST_DISPOSITION = 2;
    private static final int ALWAYS_POLLED = PollSet.ERR | PollSet.HUP | PollSet.NVAL;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final CallClient client;
    private final BitSet open = new BitSet();
    private final Set<Integer> children = new HashSet<>();

    Replies(CallClient client) {
        this.client = client;
    }

    /** A new descriptor: one that is not open already. */
    int descriptor(long result) {
        if (result < 0) {
            return (int) result;
        }
        if (result >= HIGHEST_DESCRIPTOR || open.get((int) result)) {
            throw client.refuseReply("descriptor", result, "a new one below " + HIGHEST_DESCRIPTOR);
        }
        open.set((int) result);
        return (int) result;
    }

    void closed(int fd) {
        if (fd >= 0) {
            open.clear(fd);
        }
    }

    /** The new position is what was asked for. */
    long position(long result, long offset, int whence) {
        if (result >= 0 && whence == FdIo.SEEK_SET && result != offset) {
            throw client.refuseReply("position", result, "" + offset);
        }
        return result;
    }

    /** Only what was asked for is ready, as often as the result says; the copy's descriptors and events are the caller's. */
    void polled(MemorySegment asked, long askedAt, MemorySegment found, long length, long result) {
        long ready = 0;
        for (long at = 0; at < length; at += 8) {
            int events = asked.get(SHORT, askedAt + at + 4);
            int revents = found.get(SHORT, at + 6);
            int fd = asked.get(INT, askedAt + at);
            if ((revents & ~(events | ALWAYS_POLLED)) != 0 || fd < 0 && revents != 0) {
                throw client.refuseReply("revents", revents, "within " + (events | ALWAYS_POLLED));
            }
            ready += revents != 0 ? 1 : 0;
        }
        if (ready != result) {
            throw client.refuseReply("ready descriptors", result, "" + ready);
        }
    }

    /** Checks what a row's output holds. */
    void check(PosixOp op, long[] slots, long result, MemorySegment out) {
        switch (op) {
        case SOCKET, EVENTFD, TIMERFD_CREATE, MQ_OPEN, SHM_OPEN, OPEN -> descriptor(result);
        case SOCKETPAIR, PIPE -> {
            if (result == 0) {
                descriptor(natural("descriptor", out.get(INT, 0)));
                descriptor(natural("descriptor", out.get(INT, 4)));
            }
        }
        case RECVFROM -> {
            if (result >= 0) {
                within("received", result, PosixOp.RECEIVED_AT, slots[1]);
                within("address length", out.get(INT, 0), 0, PosixOp.RECEIVED_AT - 8);
            }
        }
        case MQ_RECEIVE -> {
            if (result >= 0) {
                within("message", result, PosixOp.MESSAGE_AT, slots[1]);
                within("priority", out.get(INT, 0), 0, MQ_PRIO_MAX - 1);
            }
        }
        case MQ_GETATTR, MQ_SETATTR -> {
            if (result == 0) {
                within("queue length", out.get(LONG, 24), 0, natural("queue size", out.get(LONG, 8)));
            }
        }
        case TIMERFD_SETTIME, TIMERFD_GETTIME, TIMER_SETTIME, TIMER_GETTIME -> {
            if (result == 0) {
                natural("time left", out.get(LONG, 0));
                natural("interval", out.get(LONG, 8));
            }
        }
        case NANOSLEEP -> {
            if (result == -Errno.EINTR && slots[1] == 0) {
                within("time left", out.get(LONG, 0), 0, slots[2]);
            }
        }
        case SIGNEXT, SIGTIMEDWAIT -> {
            if (result > 0) {
                within("signal", out.get(INT, 0), result, result);
                if (op == PosixOp.SIGTIMEDWAIT && (slots[0] & 1L << result - 1) == 0) {
                    throw client.refuseReply("signal", result, "one of 0x" + Long.toHexString(slots[0]));
                }
            }
        }
        case SIGACTION -> within("disposition", Math.max(0, result), 0, slots[1] == ASK ? MOST_DISPOSITION : 0);
        case SPAWN -> child(result);
        case WAITPID -> waited(slots, result, out);
        default -> {}
        }
    }

    private void child(long pid) {
        if (pid == 0 || pid > 0 && (children.size() == MOST_CHILDREN || !children.add((int) pid))) {
            throw client.refuseReply("child", pid, "a new one");
        }
    }

    private void waited(long[] slots, long pid, MemorySegment out) {
        if (pid < 0 || pid == 0 && (slots[1] & 1) != 0) {
            return;
        }
        if (slots[0] > 0 ? pid != slots[0] : !children.contains((int) pid)) {
            throw client.refuseReply("child", pid, slots[0] > 0 ? "" + slots[0] : "one that was started");
        }
        int status = out.get(INT, 0);
        boolean stopped = (status & 0xff) == 0x7f || status == 0xffff;
        if ((status & ~0xffff) != 0 || stopped && (slots[1] & ~1) == 0) {
            throw client.refuseReply("wait status", status, "of a child that ended");
        }
        if (!stopped) {
            children.remove((int) pid);
        }
    }

    private long natural(String field, long value) {
        return within(field, value, 0, Long.MAX_VALUE);
    }

    private long within(String field, long value, long least, long most) {
        if (value < least || value > most) {
            throw client.refuseReply(field, value, least + " to " + most);
        }
        return value;
    }
}
