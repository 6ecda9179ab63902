package org.kakuri.platform.linux.posix;

import java.util.Arrays;
import org.kakuri.platform.linux.Fd;

/**
 * Which descriptors a guest may use. Looked at by every call, changed rarely: readers see a snapshot of one byte per number.
 */
final class DescriptorTable {

    /** Not the guest's. */
    private static final byte NONE = 0;
    /** The guest may use it; somebody else closes it. */
    private static final byte LENT = 1;
    /** The guest may use it; closed with the table. */
    private static final byte OWNED = 2;

    /** Highest number a guest can get: the default of RLIMIT_NOFILE is lower. */
    private static final int LIMIT = 1 << 20;

    private volatile byte[] states = new byte[64];
    private boolean closed;

    boolean allows(int fd) {
        byte[] now = states;
        return fd >= 0 && fd < now.length && now[fd] != NONE;
    }

    void lend(int fd) {
        set(fd, LENT);
    }

    /** Takes a descriptor over; false, and closes it, when the table was closed. */
    boolean own(int fd) {
        return set(fd, OWNED);
    }

    private synchronized boolean set(int fd, byte state) {
        if (fd < 0 || fd >= LIMIT) {
            throw new IllegalArgumentException("not a usable descriptor: fd=" + fd);
        }
        if (closed) {
            if (state == OWNED) {
                Fd.closeRaw(fd);
            }
            return false;
        }
        byte[] next = Arrays.copyOf(states, Math.max(states.length, Integer.highestOneBit(fd) << 1));
        next[fd] = state;
        states = next;
        return true;
    }

    /** Takes a number away; whether it must be closed: 1 yes, 0 no, -1 when it was not the guest's. */
    synchronized int remove(int fd) {
        if (!allows(fd)) {
            return -1;
        }
        byte[] next = states.clone();
        boolean owned = next[fd] == OWNED;
        next[fd] = NONE;
        states = next;
        return owned ? 1 : 0;
    }

    synchronized int owned() {
        int count = 0;
        for (byte state : states) {
            count += state == OWNED ? 1 : 0;
        }
        return count;
    }

    synchronized void close() {
        closed = true;
        byte[] last = states;
        states = new byte[0];
        for (int fd = 0; fd < last.length; fd++) {
            if (last[fd] == OWNED) {
                Fd.closeRaw(fd);
            }
        }
    }
}
