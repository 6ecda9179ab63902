package org.kakuri.system.scwatcher.internal.fuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.kakuri.system.scwatcher.internal.proc.Entry;

/** Bodies of replies; sizes and offsets are those of include/uapi/linux/fuse.h, protocol 7.31. */
final class FuseReply {
    private static final int MAJOR = 7;
    private static final int MINOR = 31;
    private static final int DIRECTORY = 0040555;
    private static final int FILE = 0100444;
    private static final int LINK = 0120777;
    private static final int WRITABLE = 0222;
    /** Reads bypass the page cache, so that a size of 0 does not end them. */
    private static final int FOPEN_DIRECT_IO = 1;
    private static final int DT_DIR = 4;
    private static final int DT_REG = 8;
    private static final int DT_LNK = 10;

    private FuseReply() {}

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    /** struct fuse_init_out, 64 bytes. */
    static byte[] init(int maxReadahead) {
        return buffer(64).putInt(MAJOR)
                .putInt(MINOR)
                .putInt(maxReadahead)
                .putInt(0)
                .putShort((short) 12)
                .putShort(
                        (short) 9)
                .putInt(4096)
                .putInt(1)
                .array();
    }

    /** struct fuse_attr_out, 104 bytes. */
    static byte[] attributes(long node, Entry entry, long seconds) {
        ByteBuffer out = buffer(104);
        out.putLong(0).putInt(0).putInt(0);
        attributes(out, node, entry, seconds);
        return out.array();
    }

    /** struct fuse_entry_out, 128 bytes; nothing of it may be kept. */
    static byte[] entry(long node, Entry entry, long seconds) {
        ByteBuffer out = buffer(128);
        out.putLong(node).putLong(0).putLong(0).putLong(0).putInt(0).putInt(0);
        attributes(out, node, entry, seconds);
        return out.array();
    }

    private static void attributes(ByteBuffer out, long node, Entry entry, long seconds) {
        int mode = switch (entry) {
        case Entry.Folder _ -> DIRECTORY;
        case Entry.Text _ -> FILE;
        case Entry.Stored file -> file.mode() & ~WRITABLE;
        case Entry.Link _ -> LINK;
        };
        long bytes = entry instanceof Entry.Stored file ? file.bytes() : 0;
        out.putLong(node).putLong(bytes).putLong(bytes + 511 >> 9).putLong(seconds).putLong(seconds).putLong(seconds);
        out.putInt(0).putInt(0).putInt(0).putInt(mode).putInt(1).putInt(entry.uid()).putInt(0).putInt(0).putInt(4096);
    }

    /** struct fuse_open_out, 16 bytes. */
    static byte[] open(long handle) {
        return buffer(16).putLong(handle).putInt(FOPEN_DIRECT_IO).array();
    }

    /** struct fuse_statfs_out, 80 bytes. */
    static byte[] statistics() {
        return buffer(80).putLong(0)
                .putLong(0)
                .putLong(0)
                .putLong(0)
                .putLong(0)
                .putInt(4096)
                .putInt(255)
                .putInt(
                        4096)
                .array();
    }

    /** As many struct fuse_dirent from an index on as fit. */
    static byte[] directory(java.util.List<String> entries, int from, int size) {
        ByteBuffer out = buffer(size);
        for (int i = from; i < entries.size(); i++) {
            String entry = entries.get(i);
            int type = entry.endsWith("/") ? DT_DIR : entry.endsWith("@") ? DT_LNK : DT_REG;
            byte[] name = (type == DT_REG ? entry : entry.substring(0, entry.length() - 1)).getBytes(
                    StandardCharsets.UTF_8);
            int length = 24 + name.length + 7 & ~7;
            if (out.remaining() < length) {
                break;
            }
            int start = out.position();
            out.putLong(i + 1).putLong(i + 1).putInt(name.length).putInt(type).put(name);
            out.position(start + length);
        }
        return java.util.Arrays.copyOf(out.array(), out.position());
    }
}
