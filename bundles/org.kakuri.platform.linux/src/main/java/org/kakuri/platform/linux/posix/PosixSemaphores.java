package org.kakuri.platform.linux.posix;

/** Semaphores with names and in shared memory, see sem_overview(7). Results as {@link PosixLibrary}'s. */
public final class PosixSemaphores {

    private final LibraryCalls guest;

    PosixSemaphores(LibraryCalls guest) {
        this.guest = guest;
    }

    public int semOpen(String name, int flags, int mode, int value) {
        return guest.named(PosixOp.SEM_OPEN, name, flags, mode, value);
    }

    /** The semaphore at an offset of shared memory. */
    public int semMap(int fd, long offset) {
        return (int) guest.plain(PosixOp.SEM_MAP, fd, offset);
    }

    public int semInit(int semaphore, int value) {
        return (int) guest.plain(PosixOp.SEM_INIT, semaphore, value);
    }

    public int semPost(int semaphore) {
        return (int) guest.plain(PosixOp.SEM_POST, semaphore);
    }

    /** Deadline in ns since 1970, or {@link PosixLibrary#FOREVER}. */
    public int semWait(int semaphore, long deadline) {
        return (int) guest.plain(PosixOp.SEM_WAIT, semaphore, deadline);
    }

    public int semTrywait(int semaphore) {
        return (int) guest.plain(PosixOp.SEM_TRYWAIT, semaphore);
    }

    public int semGetvalue(int semaphore) {
        return (int) guest.plain(PosixOp.SEM_GETVALUE, semaphore);
    }

    public int semClose(int semaphore) {
        return (int) guest.plain(PosixOp.SEM_CLOSE, semaphore);
    }

    public int semUnlink(String name) {
        return guest.named(PosixOp.SEM_UNLINK, name);
    }
}
