package org.kakuri.tee.model.instance;

import java.lang.foreign.MemorySegment;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.memory.Region;
import org.kakuri.tee.model.memory.Zone;

/** Shared memory over a memory file. Closing waits for accesses through the machine and for native calls on the segment. */
final class SharedArea implements SharedMemory {
    private final InstanceModel instance;
    private final boolean registered;
    private final Fd fd;
    private final SharedMapping mapping;
    private final MemorySegment segment;
    private final Region region;
    private boolean closed;

    private SharedArea(InstanceModel instance, boolean registered, Fd fd, long bytes) {
        this.instance = instance;
        this.registered = registered;
        this.fd = fd;
        this.mapping = SharedMapping.of(fd, roundUp(bytes));
        this.segment = mapping.segment().asSlice(0, bytes);
        try {
            this.region = instance.machine()
                    .memory()
                    .place(Zone.RAM.name(), instance.name() + " shared",
                            new OpenBacking(Backing.of(mapping.segment())));
        } catch (RuntimeException e) {
            mapping.close();
            throw e;
        }
    }

    static SharedArea allocate(InstanceModel instance, long bytes) {
        if (bytes <= 0 || bytes > Long.MAX_VALUE - PhysicalSpace.PAGE) {
            throw new IllegalArgumentException("shared memory needs a size: bytes=" + bytes);
        }
        MemFd file = MemFd.create("kakuri-shared", roundUp(bytes));
        try {
            file.sealSize();
            return new SharedArea(instance, false, file.fd(), roundUp(bytes));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    static SharedArea of(InstanceModel instance, int descriptor, long bytes) {
        Fd own = Fd.own(descriptor).dup();
        try {
            long size = FileStatus.of(own).size();
            if (bytes <= 0 || bytes > size) {
                throw new WrongState(
                        "memory file is too small: fd=" + descriptor + ", size=" + size + ", wanted=" + bytes,
                        "register 1 to " + size + " bytes");
            }
            return new SharedArea(instance, true, own, bytes);
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    private static long roundUp(long bytes) {
        return (bytes + PhysicalSpace.PAGE - 1) & -PhysicalSpace.PAGE;
    }

    boolean registered() {
        return registered;
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public int descriptor() {
        return fd.number();
    }

    @Override
    public Range physical() {
        return region.range();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        instance.unshare(this);
        release();
    }

    /** Undoes it without having been shared. */
    void withdraw() {
        synchronized (this) {
            closed = true;
        }
        release();
    }

    private void release() {
        instance.machine().memory().remove(region);
        if (!registered) {
            mapping.segment().fill((byte) 0);
        }
        mapping.close();
        fd.close();
    }

    /** Memory that both sides may touch: nothing guards it, from anybody. */
    private record OpenBacking(Backing bytesOf) implements Backing {
        @Override
        public long bytes() {
            return bytesOf.bytes();
        }

        @Override
        public Guard guard(Actor actor) {
            return Guard.NONE;
        }

        @Override
        public void read(long at, MemorySegment to) {
            bytesOf.read(at, to);
        }

        @Override
        public void write(long at, MemorySegment from) {
            bytesOf.write(at, from);
        }

        @Override
        public void protect(Range range, Perms perms) {
            throw new Unsupported("shared memory has no protection: range=" + range, "");
        }

        @Override
        public void scrub() {
            bytesOf.scrub();
        }
    }
}
