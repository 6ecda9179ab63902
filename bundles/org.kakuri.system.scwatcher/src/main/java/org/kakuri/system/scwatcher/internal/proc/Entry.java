package org.kakuri.system.scwatcher.internal.proc;

import java.util.List;
import java.util.function.Supplier;

/** What lies at a path of the guest's /proc, or of its own files. */
public sealed interface Entry {
    /** Returns who owns it. */
    int uid();

    /**
     * A file.
     *
     * @param content its bytes
     * @param uid owner
     */
    record Text(byte[] content, int uid) implements Entry {}

    /**
     * A file that the guest stores.
     *
     * @param mode type and permissions
     * @param bytes its size
     * @param content reads its bytes
     * @param uid owner
     */
    record Stored(int mode, long bytes, Supplier<byte[]> content, int uid) implements Entry {}

    /**
     * A folder.
     *
     * @param entries names of what lies in it; a name that ends with a slash is a folder, with {@code @} a symbolic link
     * @param uid owner
     */
    record Folder(List<String> entries, int uid) implements Entry {
        /** Copies the names. */
        public Folder {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A symbolic link.
     *
     * @param target where it leads
     * @param uid owner
     */
    record Link(String target, int uid) implements Entry {}
}
