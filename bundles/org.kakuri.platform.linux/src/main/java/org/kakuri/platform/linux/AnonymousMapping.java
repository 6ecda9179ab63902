package org.kakuri.platform.linux;

/** Private memory without a file: zero at first, backed page by page on first use. */
public final class AnonymousMapping extends Mapping {

    private AnonymousMapping(long base, long size, int protection, int flags) {
        super(base, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
    }

    /** Readable and writable memory at exactly {@code base}; EEXIST when something is mapped there already. */
    public static AnonymousMapping at(long base, long size) {
        if (base <= 0 || base % PAGE != 0) {
            throw new IllegalArgumentException(
                    "not a page address: base=0x" + Long.toHexString(base) + ", page=" + PAGE);
        }
        return new AnonymousMapping(base, size, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE);
    }

    /** Readable and writable memory wherever there is room. */
    public static AnonymousMapping anywhere(long size) {
        return new AnonymousMapping(0, size, PROT_READ | PROT_WRITE, 0);
    }

    /** Address space without access, to be opened by {@link #protect}; costs no memory. */
    public static AnonymousMapping reserve(long size) {
        return new AnonymousMapping(0, size, PROT_NONE, 0);
    }

    /**
     * Puts a part of a file in place of a part of this memory, shared with everybody who maps the file. Accesses behind the
     * file's end give an InternalError: check its size, and expect that somebody changes it.
     */
    public void cover(long offset, long length, Fd file, long fileOffset) {
        int number = file.acquire();
        try {
            replace(offset, length, MAP_SHARED, number, fileOffset);
        } finally {
            file.release();
        }
    }

    /**
     * Puts a copy of a part of a file in place of a part of this memory: pages are the file's until they are written. The file is
     * sealed against writing, or what is read is not certain.
     */
    public void copyOf(long offset, long length, Fd file, long fileOffset) {
        int number = file.acquire();
        try {
            replace(offset, length, MAP_PRIVATE, number, fileOffset);
        } finally {
            file.release();
        }
    }

    /** Puts memory of its own, all zero, where {@link #cover} or {@link #copyOf} put a file. */
    public void uncover(long offset, long length) {
        replace(offset, length, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
}
