package org.kakuri.platform.linux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.TimerCalls;

/** The timers of a guest that send signals, by numbers of their own, from 0. One thread calls; close comes after it. */
final class GuestTimers implements AutoCloseable {

    private static final int MOST = 256;

    /** The C library's ids, null where one was deleted. */
    private final List<Long> ids = new ArrayList<>();

    @FunctionalInterface
    interface Use {
        int on(long id);
    }

    int create(int clock, int signal, int value) {
        int free = ids.indexOf(null);
        if (free < 0 && ids.size() == MOST) {
            return -Errno.EAGAIN;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(8, 8);
            int r = TimerCalls.createRaw(clock, signal, value, id);
            if (r < 0) {
                return r;
            }
            if (free < 0) {
                ids.add(id.get(ValueLayout.JAVA_LONG, 0));
                return ids.size() - 1;
            }
            ids.set(free, id.get(ValueLayout.JAVA_LONG, 0));
            return free;
        }
    }

    int use(int number, Use use) {
        Long id = number >= 0 && number < ids.size() ? ids.get(number) : null;
        return id == null ? -Errno.EINVAL : use.on(id);
    }

    int delete(int number) {
        int r = use(number, TimerCalls::deleteRaw);
        if (r == 0) {
            ids.set(number, null);
        }
        return r;
    }

    @Override
    public void close() {
        for (Long id : ids) {
            if (id != null) {
                TimerCalls.deleteRaw(id);
            }
        }
        ids.clear();
    }
}
