package org.kakuri.runtime.wasm.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.Mapping;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.runtime.wasm.internal.wasi.SharedFiles;

/**
 * The parts of one guest's linear memory that are pages of the normal world: files in memory that the guest mapped, so that it
 * and others work on the same bytes without a copy. To the model they are registered memory, not the instance's: nobody checks
 * who reads or writes them. Changed by the guest's thread.
 */
final class SharedRanges implements SharedFiles, AutoCloseable {
    private static final int MOST = 256;

    private final TeeInstance instance;
    private final LinearMemories.Linear memory;
    private final Function<PosixCalls, Optional<Function<Integer, Fd>>> descriptors;
    private final Map<Long, Shared> ranges = new TreeMap<>();

    private record Shared(long bytes, long fileOffset, SharedMemory registered) {}

    /**
     * @param instance where the memory is registered
     * @param memory the guest's
     * @param descriptors how this process gets a descriptor that calls are executed on by somebody; empty if it cannot
     */
    SharedRanges(TeeInstance instance, LinearMemories.Linear memory,
            Function<PosixCalls, Optional<Function<Integer, Fd>>> descriptors) {
        this.instance = instance;
        this.memory = memory;
        this.descriptors = descriptors;
    }

    @Override
    public synchronized int map(PosixCalls owner, int number, long fileOffset, long at, long bytes) {
        if (at % Mapping.PAGE != 0 || bytes <= 0 || bytes % Mapping.PAGE != 0 || fileOffset < 0
                || fileOffset % Mapping.PAGE != 0 || overlaps(at, bytes)) {
            return -Errno.EINVAL;
        }
        Optional<Function<Integer, Fd>> source = descriptors.apply(owner);
        if (source.isEmpty() || ranges.size() == MOST) {
            return source.isEmpty() ? -Errno.EOPNOTSUPP : -Errno.ENOMEM;
        }
        try (Fd file = source.get().apply(number)) {
            FileStatus status = FileStatus.of(file);
            if (!status.isRegular()) {
                return -Errno.ENODEV;
            }
            if (status.size() < fileOffset + bytes) {
                return -Errno.EINVAL;
            }
            SharedMemory registered = instance.register(file.number(), fileOffset + bytes);
            try {
                memory.cover(at, bytes, file, fileOffset);
            } catch (NativeException e) {
                registered.close();
                throw e;
            }
            ranges.put(at, new Shared(bytes, fileOffset, registered));
            return 0;
        } catch (NativeException e) {
            return -e.errno();
        } catch (KakuriException notRegistered) {
            return -Errno.ENOMEM;
        }
    }

    private boolean overlaps(long at, long bytes) {
        return ranges.entrySet()
                .stream()
                .anyMatch(e -> at < e.getKey() + e.getValue().bytes && e.getKey() < at + bytes);
    }

    @Override
    public synchronized int unmap(long at, long bytes) {
        Shared shared = ranges.get(at);
        if (shared == null || shared.bytes != bytes) {
            return -Errno.EINVAL;
        }
        ranges.remove(at);
        memory.uncover(at, bytes);
        shared.registered.close();
        return 0;
    }

    /** Takes ranges that are shared out of areas of the instance and adds where they really lie. */
    synchronized List<MemoryArea> without(List<MemoryArea> areas, long start) {
        List<MemoryArea> result = new ArrayList<>(areas);
        ranges.forEach((at, shared) -> {
            Range hole = new Range(start + at, shared.bytes);
            List<MemoryArea> cut = new ArrayList<>();
            result.forEach(area -> cut(area, hole, cut));
            cut.add(new MemoryArea(instance.id(), "shared with the normal world", hole,
                    new Range(shared.registered.physical().start() + shared.fileOffset, shared.bytes)));
            result.clear();
            result.addAll(cut);
        });
        return result;
    }

    private static void cut(MemoryArea area, Range hole, List<MemoryArea> into) {
        Range guest = area.guest();
        if (hole.end() <= guest.start() || guest.end() <= hole.start()) {
            into.add(area);
            return;
        }
        piece(area, guest.start(), hole.start(), into);
        piece(area, hole.end(), guest.end(), into);
    }

    private static void piece(MemoryArea area, long from, long to, List<MemoryArea> into) {
        if (from < to) {
            long physical = area.physical().start() + from - area.guest().start();
            into.add(new MemoryArea(area.instance(), area.purpose(), new Range(from, to - from),
                    new Range(physical, to - from)));
        }
    }

    /** Makes all of the memory the instance's own again. Only after the guest ended. */
    @Override
    public synchronized void close() {
        ranges.forEach((at, shared) -> {
            memory.uncover(at, shared.bytes);
            shared.registered.close();
        });
        ranges.clear();
    }
}
