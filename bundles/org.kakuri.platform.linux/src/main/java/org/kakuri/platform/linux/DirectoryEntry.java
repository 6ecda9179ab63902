package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of a directory, {@code struct linux_dirent64}: inode @0, offset @8, record length @16, type @18, name @19.
 *
 * @param inode      identity in the file system
 * @param nextOffset position to lseek the directory to in order to go on after this entry
 * @param type       DT_FIFO 1, DT_CHR 2, DT_DIR 4, DT_BLK 6, DT_REG 8, DT_LNK 10, DT_SOCK 12, DT_UNKNOWN 0
 * @param name       the name, {@code .} and {@code ..} included
 */
public record DirectoryEntry(long inode, long nextOffset, int type, String name) {

    public static final int DT_UNKNOWN = 0;
    public static final int DT_DIR = 4;
    public static final int DT_REG = 8;
    public static final int DT_LNK = 10;

    private static final int NAME_AT = 19;
    private static final MethodHandle GETDENTS = Native.syscall(Native.INT, POINTER, LONG);

    /** getdents64(2): bytes of whole entries, 0 at the end, or {@code -errno}. */
    public static long getdents64Raw(int fd, MemorySegment buffer, long offset, long length) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (long) GETDENTS.invokeExact(state, SystemCalls.GETDENTS64, fd,
                    buffer.asSlice(offset, length), length));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Reads the entries that {@link #getdents64Raw} left in a buffer.
     *
     * @throws IllegalArgumentException when a record's length does not fit, as a hostile buffer may hold
     */
    public static List<DirectoryEntry> decode(MemorySegment buffer, long offset, long length) {
        List<DirectoryEntry> entries = new ArrayList<>();
        long at = 0;
        MemorySegment all = buffer.asSlice(offset, length);
        while (at < length) {
            int bytes = length - at < NAME_AT + 1 ? 0
                    : all.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 16) & 0xffff;
            if (bytes <= NAME_AT || bytes > length - at) {
                throw new IllegalArgumentException("broken directory entry: at=" + at + ", recordLength=" + bytes
                        + ", bytesLeft=" + (length - at));
            }
            entries.add(new DirectoryEntry(all.get(ValueLayout.JAVA_LONG_UNALIGNED, at),
                    all.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8), all.get(ValueLayout.JAVA_BYTE, at + 18),
                    name(all.asSlice(at + NAME_AT, bytes - NAME_AT))));
            at += bytes;
        }
        return entries;
    }

    private static String name(MemorySegment bytes) {
        long end = 0;
        while (end < bytes.byteSize() && bytes.get(ValueLayout.JAVA_BYTE, end) != 0) {
            end++;
        }
        return new String(bytes.asSlice(0, end).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** All entries from the directory's current position on. */
    public static List<DirectoryEntry> list(Fd directory) {
        List<DirectoryEntry> entries = new ArrayList<>();
        int number = directory.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(32768, 8);
            while (true) {
                long n = Native.check(getdents64Raw(number, buffer, 0, buffer.byteSize()), "getdents64",
                        "fd=" + number);
                if (n == 0) {
                    return entries;
                }
                entries.addAll(decode(buffer, 0, n));
            }
        } finally {
            directory.release();
        }
    }
}
