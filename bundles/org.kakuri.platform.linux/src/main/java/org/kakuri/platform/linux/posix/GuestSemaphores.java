package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.Mapping;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Semaphores;
import org.kakuri.platform.linux.SharedMapping;

/** The semaphores a guest uses, by numbers of their own, from 1. One thread calls; close comes after it. */
final class GuestSemaphores implements AutoCloseable {

    private static final int MOST = 1024;

    private final List<Held> held = new ArrayList<>();

    /** A named semaphore, or one in a mapping that is this object's. */
    private record Held(MemorySegment semaphore, SharedMapping mapping) {}

    @FunctionalInterface
    interface Use {
        int on(MemorySegment semaphore);
    }

    int open(String name, int flags, int mode, int value) {
        if (value < 0) {
            return -Errno.EINVAL;
        }
        return switch (Semaphores.open(name, flags, mode, value)) {
        case Semaphores.Opened.Failed failed -> -failed.errno();
        case Semaphores.Opened.Semaphore opened -> hold(new Held(opened.memory(), null));
        };
    }

    /** The semaphore at an offset of a file, which must reach that far. */
    int map(int fd, long offset) {
        long page = offset / Mapping.PAGE * Mapping.PAGE;
        if (offset < 0 || offset % 8 != 0 || offset - page > Mapping.PAGE - Semaphores.BYTES) {
            return -Errno.EINVAL;
        }
        try {
            if (FileStatus.of(Fd.own(fd)).size() < offset + Semaphores.BYTES) {
                return -Errno.EINVAL;
            }
            SharedMapping mapping = SharedMapping.of(Fd.own(fd), page, Mapping.PAGE, true);
            return hold(new Held(mapping.segment().asSlice(offset - page, Semaphores.BYTES), mapping));
        } catch (NativeException e) {
            return -e.errno();
        }
    }

    private int hold(Held one) {
        int free = held.indexOf(null);
        if (free >= 0) {
            held.set(free, one);
            return free + 1;
        }
        if (held.size() == MOST) {
            release(one);
            return -Errno.EMFILE;
        }
        held.add(one);
        return held.size();
    }

    int use(int number, Use use) {
        Held one = number > 0 && number <= held.size() ? held.get(number - 1) : null;
        return one == null ? -Errno.EINVAL : use.on(one.semaphore());
    }

    int close(int number) {
        Held one = number > 0 && number <= held.size() ? held.set(number - 1, null) : null;
        return one == null ? -Errno.EINVAL : release(one);
    }

    private static int release(Held one) {
        if (one.mapping() == null) {
            return Semaphores.closeRaw(one.semaphore());
        }
        one.mapping().close();
        return 0;
    }

    @Override
    public void close() {
        for (Held one : held) {
            if (one != null) {
                release(one);
            }
        }
        held.clear();
    }
}
