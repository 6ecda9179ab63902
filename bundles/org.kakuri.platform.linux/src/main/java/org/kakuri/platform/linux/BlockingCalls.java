package org.kakuri.platform.linux;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Blocking calls that another thread can end: each first waits until the descriptor or a {@link WakeFd} is ready. When both
 * are, the wake wins, so that a closing bundle is not held up by a busy peer.
 */
public final class BlockingCalls {

    private BlockingCalls() {}

    /** How a blocking call ended. */
    public sealed interface Outcome {

        /**
         * It was done.
         *
         * @param count bytes, or descriptors ready; 0 from a read is the end of the file
         */
        record Done(long count) implements Outcome {}

        /** Somebody called {@link WakeFd#wake}; nothing was read or written. */
        record Woken() implements Outcome {}

        /** The time was over; nothing was read or written. */
        record TimedOut() implements Outcome {}
    }

    private static final Outcome WOKEN = new Outcome.Woken();
    private static final Outcome TIMED_OUT = new Outcome.TimedOut();

    /** Waits until a descriptor of the set is ready, {@code wake} is woken, or the time is over; the set must have room for one more. */
    public static Outcome poll(PollSet set, WakeFd wake, Duration timeout) {
        return poll(set, wake, Times.millis(timeout));
    }

    private static Outcome poll(PollSet set, WakeFd wake, long timeoutMillis) {
        int index = set.add(wake.fd(), PollSet.IN);
        try {
            int ready = set.poll(timeoutMillis);
            if (ready == 0) {
                return TIMED_OUT;
            }
            return set.ready(index) != 0 ? WOKEN : new Outcome.Done(ready);
        } finally {
            set.removeLast();
        }
    }

    /** Reads once, blocking until there is something, the end, or a wake. */
    public static Outcome read(Fd fd, MemorySegment buffer, WakeFd wake) {
        Outcome outcome = await(fd, PollSet.IN, wake, -1);
        return outcome instanceof Outcome.Done ? new Outcome.Done(FdIo.read(fd, buffer)) : outcome;
    }

    /** Reads once, like {@link #read(Fd, MemorySegment, WakeFd)}, within a time. */
    public static Outcome read(Fd fd, MemorySegment buffer, WakeFd wake, Duration timeout) {
        Outcome outcome = await(fd, PollSet.IN, wake, Times.millis(timeout));
        return outcome instanceof Outcome.Done ? new Outcome.Done(FdIo.read(fd, buffer)) : outcome;
    }

    /**
     * Writes once when there is room. On a blocking descriptor a buffer larger than the room blocks in write after all:
     * make it non-blocking, or write at most 4096 bytes to a pipe.
     */
    public static Outcome write(Fd fd, MemorySegment buffer, WakeFd wake) {
        Outcome outcome = await(fd, PollSet.OUT, wake, -1);
        return outcome instanceof Outcome.Done ? new Outcome.Done(FdIo.write(fd, buffer)) : outcome;
    }

    private static Outcome await(Fd fd, int events, WakeFd wake, long timeoutMillis) {
        PollSet set = new PollSet(2);
        set.add(fd, events);
        return poll(set, wake, timeoutMillis);
    }
}
