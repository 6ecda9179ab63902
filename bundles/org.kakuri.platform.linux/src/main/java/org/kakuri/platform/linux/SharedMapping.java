package org.kakuri.platform.linux;

/** A file mapped shared: what one process writes, every process that maps the file reads. */
public final class SharedMapping extends Mapping {

    private SharedMapping(long size, int protection, int fd, long offset) {
        super(0, size, protection, MAP_SHARED, fd, offset);
    }

    /** Maps all of a file, readable and writable. The descriptor may be closed afterwards. */
    public static SharedMapping of(Fd fd, long size) {
        return of(fd, 0, size, true);
    }

    /**
     * Maps a part of a file. Accesses behind the file's end kill the process with SIGBUS: check the size of a file that a
     * stranger passed, and that it is sealed against shrinking ({@link MemFd}).
     *
     * @param offset a multiple of the page size
     */
    public static SharedMapping of(Fd fd, long offset, long size, boolean writable) {
        int number = fd.acquire();
        try {
            return new SharedMapping(size, writable ? PROT_READ | PROT_WRITE : PROT_READ, number, offset);
        } finally {
            fd.release();
        }
    }
}
