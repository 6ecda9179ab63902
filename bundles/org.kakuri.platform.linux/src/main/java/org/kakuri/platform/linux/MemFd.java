package org.kakuri.platform.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** A nameless file in memory, to be mapped here and passed to other processes, memfd_create(2). */
public final class MemFd implements AutoCloseable {

    /** No more seals. */
    public static final int F_SEAL_SEAL = 1;
    /** The file cannot shrink: a process that maps it is safe from SIGBUS. */
    public static final int F_SEAL_SHRINK = 2;
    /** The file cannot grow. */
    public static final int F_SEAL_GROW = 4;
    /** The content cannot change; refused while a writable shared mapping exists. */
    public static final int F_SEAL_WRITE = 8;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;

    private static final MethodHandle CREATE = Native.withErrno("memfd_create", Native.INT, Native.POINTER,
            Native.INT);

    private final Fd fd;

    private MemFd(Fd fd) {
        this.fd = fd;
    }

    /**
     * Creates one.
     *
     * @param name shown in /proc/PID/fd, at most 249 bytes
     * @param size bytes, all zero
     */
    public static MemFd create(String name, long size) {
        MemorySegment state = Native.state();
        MemFd file;
        try {
            int r = Native.result(state,
                    (int) CREATE.invokeExact(state, Native.path(state, name), MFD_CLOEXEC | MFD_ALLOW_SEALING));
            file = new MemFd(Fd.own((int) Native.check(r, "memfd_create", "name=" + name)));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        try {
            FdIo.ftruncate(file.fd, size);
            return file;
        } catch (NativeException e) {
            file.close();
            throw e;
        }
    }

    /** The descriptor, owned by this object. */
    public Fd fd() {
        return fd;
    }

    /** Size in bytes. */
    public long size() {
        return FileStatus.of(fd).size();
    }

    /** Adds seals for ever. */
    public void seal(int seals) {
        fd.fcntl(F_ADD_SEALS, seals);
    }

    /** The seals in force. */
    public int seals() {
        return fd.fcntl(F_GET_SEALS, 0);
    }

    /** Fixes the size: what a peer that maps the file should insist on. */
    public void sealSize() {
        seal(F_SEAL_SHRINK | F_SEAL_GROW);
    }

    /** Maps all of it, readable and writable. */
    public SharedMapping map() {
        return SharedMapping.of(fd, size());
    }

    @Override
    public void close() {
        fd.close();
    }
}
