package org.kakuri.runtime.wasm.internal.wasi;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.kakuri.platform.linux.DirectoryEntry;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;

/** The calls {@code fd_*} that concern folders. Each returns a WASI error number. */
final class WasiFolders {
    private static final int DIRENT_BYTES = 24;
    private static final long ENTRIES_BYTES = 32 << 10;

    private WasiFolders() {}

    static int prestat(WasiProcess p, int number, int result) {
        GuestFd fd = p.descriptors().get(number);
        if (fd == null || fd.preopen == null) {
            return WasiErrno.BADF;
        }
        p.memory().writeLong(result, (long) fd.preopen.getBytes(StandardCharsets.UTF_8).length << 32);
        return WasiErrno.SUCCESS;
    }

    static int prestatName(WasiProcess p, int number, int at, int length) {
        GuestFd fd = p.descriptors().get(number);
        if (fd == null || fd.preopen == null) {
            return WasiErrno.BADF;
        }
        byte[] name = fd.preopen.getBytes(StandardCharsets.UTF_8);
        if (Integer.compareUnsigned(length, name.length) < 0) {
            return WasiErrno.NAMETOOLONG;
        }
        p.memory().write(at, name, 0, name.length);
        return WasiErrno.SUCCESS;
    }

    /** Fills the buffer with entries, the last one cut where the buffer ends; a cookie is Linux's position of an entry. */
    static int readdir(WasiProcess p, int number, int at, int length, long cookie, int result) {
        GuestFd fd = p.descriptors().get(number);
        int bad = WasiFiles.check(fd, WasiRights.FD_READDIR);
        if (bad != 0) {
            return bad;
        }
        GuestMemory memory = p.memory();
        memory.range(result, 4);
        long room = Integer.toUnsignedLong(length);
        long start = memory.range(at, length);
        long used = 0;
        long status = fd.calls.lseek(fd.number, cookie, FdIo.SEEK_SET);
        MemorySegment entries = p.scratch().asSlice(0, ENTRIES_BYTES);
        while (status >= 0 && used < room) {
            status = fd.calls.getdents64(fd.number, entries, 0, ENTRIES_BYTES);
            if (status <= 0) {
                break;
            }
            List<DirectoryEntry> batch;
            try {
                batch = DirectoryEntry.decode(entries, 0, status);
            } catch (IllegalArgumentException hostile) {
                return WasiErrno.IO;
            }
            for (DirectoryEntry entry : batch) {
                byte[] record = record(entry);
                int part = (int) Math.min(record.length, room - used);
                MemorySegment.copy(MemorySegment.ofArray(record), 0, memory.segment(), start + used, part);
                used += part;
                if (used == room) {
                    break;
                }
            }
        }
        memory.writeI32(result, (int) used);
        return WasiErrno.of(status);
    }

    private static byte[] record(DirectoryEntry entry) {
        byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
        var record = ByteBuffer.allocate(DIRENT_BYTES + name.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(entry.nextOffset()).putLong(entry.inode()).putInt(name.length);
        record.putInt(FileTypes.ofEntry(entry.type()));
        return record.put(name).array();
    }
}
