package org.kakuri.platform.linux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.WakeFd;

/**
 * poll for a guest: the entries are copied before they are checked, because they may lie in memory that a hostile guest
 * writes meanwhile; only what poll found is written back.
 */
final class GuestPoll {

    /** {@code struct pollfd}: int fd @0, short events @4, short revents @6. */
    private static final int ENTRY = 8;
    private static final int MAX_ENTRIES = 1024;

    private GuestPoll() {}

    static int poll(DescriptorTable table, WakeFd wake, MemorySegment entries, long offset, long length, int timeout) {
        if (length < 0 || length % ENTRY != 0 || length / ENTRY > MAX_ENTRIES) {
            return -Errno.EINVAL;
        }
        int count = (int) (length / ENTRY);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(length + ENTRY, ENTRY);
            MemorySegment.copy(entries, offset, copy, 0, length);
            boolean[] foreign = new boolean[count];
            int refused = hideForeign(table, copy, foreign);
            if (wake != null) {
                copy.set(ValueLayout.JAVA_INT, length, wake.fd().number());
                copy.set(ValueLayout.JAVA_SHORT, length + 4, (short) PollSet.IN);
            }
            int ready = PollSet.pollRaw(copy, wake == null ? count : count + 1, refused > 0 ? 0 : timeout);
            if (ready < 0) {
                return ready;
            }
            if (wake != null && copy.get(ValueLayout.JAVA_SHORT, length + 6) != 0) {
                return -Errno.ECANCELED;
            }
            for (int i = 0; i < count; i++) {
                long at = (long) i * ENTRY + 6;
                short found = foreign[i] ? (short) PollSet.NVAL : copy.get(ValueLayout.JAVA_SHORT, at);
                entries.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset + at, found);
            }
            return ready + refused;
        }
    }

    /** Makes numbers that are not the guest's negative, which poll ignores; how many there were. */
    private static int hideForeign(DescriptorTable table, MemorySegment copy, boolean[] foreign) {
        int refused = 0;
        for (int i = 0; i < foreign.length; i++) {
            long at = (long) i * ENTRY;
            int fd = copy.get(ValueLayout.JAVA_INT, at);
            copy.set(ValueLayout.JAVA_SHORT, at + 6, (short) 0);
            foreign[i] = fd >= 0 && !table.allows(fd);
            if (foreign[i]) {
                copy.set(ValueLayout.JAVA_INT, at, -1);
                refused++;
            }
        }
        return refused;
    }
}
