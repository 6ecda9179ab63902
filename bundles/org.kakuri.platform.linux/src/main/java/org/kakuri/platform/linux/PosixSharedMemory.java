package org.kakuri.platform.linux;

import java.lang.invoke.MethodHandle;

/** Shared memory with a name that unrelated processes can open, shm_open(3): a file in /dev/shm. */
public final class PosixSharedMemory {

    private static final MethodHandle SHM_OPEN = Native.withErrno("shm_open", Native.INT, Native.POINTER, Native.INT,
            Native.INT);
    private static final MethodHandle SHM_UNLINK = Native.withErrno("shm_unlink", Native.INT, Native.POINTER);

    private PosixSharedMemory() {}

    /** Creates one of {@code size} bytes, all zero; EEXIST when the name is taken. {@code name} is like {@code /x}. */
    public static Fd create(String name, long size, int mode) {
        Fd fd = open(name, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL, mode);
        try {
            FdIo.ftruncate(fd, size);
            return fd;
        } catch (NativeException e) {
            fd.close();
            unlink(name);
            throw e;
        }
    }

    /** Opens one that exists, to read and write. */
    public static Fd open(String name) {
        return open(name, OpenFlags.O_RDWR, 0);
    }

    private static Fd open(String name, int flags, int mode) {
        return Fd.own((int) Native.check(openRaw(name, flags, mode), "shm_open", "name=" + name));
    }

    /** shm_open(3), close-on-exec: a descriptor or {@code -errno}. */
    public static int openRaw(String name, int flags, int mode) {
        return (int) Native.call(s -> (int) SHM_OPEN.invokeExact(s, Native.path(s, name), flags, mode));
    }

    /** shm_unlink(3): 0 or {@code -errno}. */
    public static int unlinkRaw(String name) {
        return (int) Native.call(s -> (int) SHM_UNLINK.invokeExact(s, Native.path(s, name)));
    }

    /** Removes the name; the memory lives on while it is open or mapped somewhere. */
    public static void unlink(String name) {
        Native.check(unlinkRaw(name), "shm_unlink", "name=" + name);
    }
}
