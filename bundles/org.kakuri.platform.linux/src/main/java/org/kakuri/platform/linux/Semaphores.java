package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** POSIX semaphores of the C library, sem_overview(7), in memory that processes share; {@code >= 0} or {@code -errno}. */
public final class Semaphores {

    /** Bytes of {@code sem_t} of glibc on 64-bit machines; aligned to 8. */
    public static final long BYTES = 32;
    /** As a deadline: wait for ever. */
    public static final long NEVER = -1;

    private static final MethodHandle OPEN = Native.variadic("sem_open", 2, POINTER, POINTER, INT, INT, INT);
    private static final MethodHandle CLOSE = Native.withErrno("sem_close", INT, POINTER);
    private static final MethodHandle UNLINK = Native.withErrno("sem_unlink", INT, POINTER);
    private static final MethodHandle INIT = Native.withErrno("sem_init", INT, POINTER, INT, INT);
    private static final MethodHandle POST = Native.withErrno("sem_post", INT, POINTER);
    private static final MethodHandle WAIT = Native.withErrno("sem_wait", INT, POINTER);
    private static final MethodHandle TIMEDWAIT = Native.withErrno("sem_timedwait", INT, POINTER, POINTER);
    private static final MethodHandle TRYWAIT = Native.withErrno("sem_trywait", INT, POINTER);
    private static final MethodHandle GETVALUE = Native.withErrno("sem_getvalue", INT, POINTER, POINTER);

    private Semaphores() {}

    /** What sem_open gave. */
    public sealed interface Opened {
        /** The semaphore; {@link Semaphores#closeRaw} ends its use. */
        record Semaphore(MemorySegment memory) implements Opened {}

        /** Why there is none. */
        record Failed(int errno) implements Opened {}
    }

    /** sem_open(3); flags: O_CREAT, O_EXCL. */
    public static Opened open(String name, int flags, int mode, int value) {
        MemorySegment[] opened = {MemorySegment.NULL};
        long r = Native.call(s -> {
            opened[0] = (MemorySegment) OPEN.invokeExact(s, Native.path(s, name), flags, mode, value);
            return opened[0].address() == 0 ? -1 : 0;
        });
        return r < 0 ? new Opened.Failed((int) -r) : new Opened.Semaphore(opened[0]);
    }

    /** sem_close(3). */
    public static int closeRaw(MemorySegment semaphore) {
        return (int) Native.call(s -> (int) CLOSE.invokeExact(s, semaphore));
    }

    /** sem_unlink(3). */
    public static int unlinkRaw(String name) {
        return (int) Native.call(s -> (int) UNLINK.invokeExact(s, Native.path(s, name)));
    }

    /** sem_init(3), shared between processes. */
    public static int initRaw(MemorySegment semaphore, int value) {
        return (int) Native.call(s -> (int) INIT.invokeExact(s, semaphore, 1, value));
    }

    /** sem_post(3). */
    public static int postRaw(MemorySegment semaphore) {
        return (int) Native.call(s -> (int) POST.invokeExact(s, semaphore));
    }

    /** sem_wait(3), or sem_timedwait(3) until a time in ns since 1970. */
    public static int waitRaw(MemorySegment semaphore, long deadline) {
        return (int) Native.call(s -> deadline == NEVER ? (int) WAIT.invokeExact(s, semaphore)
                : (int) TIMEDWAIT.invokeExact(s, semaphore, Times.spec(s, 0, deadline)));
    }

    /** sem_trywait(3). */
    public static int tryWaitRaw(MemorySegment semaphore) {
        return (int) Native.call(s -> (int) TRYWAIT.invokeExact(s, semaphore));
    }

    /** sem_getvalue(3). */
    public static int valueRaw(MemorySegment semaphore) {
        return (int) Native.call(s -> {
            MemorySegment value = Native.scratch(s, 0, 4);
            int r = (int) GETVALUE.invokeExact(s, semaphore, value);
            return r < 0 ? r : value.get(INT, 0);
        });
    }
}
