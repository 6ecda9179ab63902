package org.kakuri.platform.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Linking, and the memory each thread owns for errno and for short-lived arguments.
 * <p>
 * The thread's memory is one segment: captured errno first, then {@link #SCRATCH_BYTES} bytes from {@link #SCRATCH} on. A
 * thread-local value of a class of ours would keep this bundle's class loader alive; a segment does not.
 */
final class Native {

    /** Where scratch memory begins in {@link #state()}. */
    static final long SCRATCH = 64;

    /** Bytes of scratch memory: two paths and two small structures. */
    static final long SCRATCH_BYTES = 2 * 4096 + 1024;

    /** Longest path with its terminating zero, PATH_MAX in linux/limits.h. */
    static final int PATH_MAX = 4096;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final MemoryLayout POINTER = ValueLayout.ADDRESS;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final long ERRNO_AT = Linker.Option.captureStateLayout()
            .byteOffset(PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> STATE = ThreadLocal
            .withInitial(() -> Arena.ofAuto().allocate(SCRATCH + SCRATCH_BYTES, 64));

    private Native() {}

    /** The calling thread's memory: the first argument of every handle made by {@link #withErrno}. */
    static MemorySegment state() {
        return STATE.get();
    }

    static int errno(MemorySegment state) {
        return state.get(INT, ERRNO_AT);
    }

    /** {@code result}, or {@code -errno} when it is negative. */
    static int result(MemorySegment state, int result) {
        return result >= 0 ? result : -errno(state);
    }

    /** {@code result}, or {@code -errno} when it is negative. */
    static long result(MemorySegment state, long result) {
        return result >= 0 ? result : -errno(state);
    }

    /** A slice of the calling thread's scratch memory, valid until the thread's next native call. */
    static MemorySegment scratch(MemorySegment state, long at, long bytes) {
        return state.asSlice(SCRATCH + at, bytes);
    }

    /** The first path of a call, zero-terminated in scratch memory. */
    static MemorySegment path(MemorySegment state, String path) {
        return path(state, 0, path);
    }

    /** The second path of a call. */
    static MemorySegment secondPath(MemorySegment state, String path) {
        return path(state, PATH_MAX, path);
    }

    private static MemorySegment path(MemorySegment state, long at, String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= PATH_MAX) {
            throw new NativeException("path", "length=" + bytes.length, Errno.ENAMETOOLONG);
        }
        if (path.indexOf(0) >= 0) {
            throw new NativeException("path", "path=" + path.replace('\0', '?') + " (contains a zero)", Errno.EINVAL);
        }
        MemorySegment memory = scratch(state, at, PATH_MAX);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        memory.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
        return memory;
    }

    /** A handle whose first argument is {@link #state()}. */
    @SuppressWarnings("restricted")
    static MethodHandle withErrno(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(address(name), FunctionDescriptor.of(result, arguments), ERRNO);
    }

    /** Like {@link #withErrno} for a variadic function whose first {@code fixed} arguments are not variadic. */
    @SuppressWarnings("restricted")
    static MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(address(name), FunctionDescriptor.of(result, arguments), ERRNO,
                Linker.Option.firstVariadicArg(fixed));
    }

    /** {@code syscall(number, arguments...)}; the number is the handle's first argument after the state. */
    static MethodHandle syscall(MemoryLayout... arguments) {
        MemoryLayout[] all = new MemoryLayout[arguments.length + 1];
        all[0] = LONG;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return variadic("syscall", 1, LONG, all);
    }

    /** A handle without errno, for functions that return an error number. */
    @SuppressWarnings("restricted")
    static MethodHandle plain(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(address(name), FunctionDescriptor.of(result, arguments));
    }

    /** Like {@link #plain}, empty where this libc lacks the function. */
    @SuppressWarnings("restricted")
    static Optional<MethodHandle> plainIfPresent(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.defaultLookup()
                .find(name)
                .map(at -> LINKER.downcallHandle(at, FunctionDescriptor.of(result, arguments)));
    }

    /** Where a function of the C library lies. */
    static MemorySegment address(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError(
                        name + " not found in the C library; this bundle needs glibc 2.33 or newer"));
    }

    /** A downcall, given the calling thread's memory as the handle's first argument. */
    @FunctionalInterface
    interface Downcall {
        long invoke(MemorySegment state) throws Throwable;
    }

    /** The result of a call that is made seldom or blocks anyway: {@code >= 0} or {@code -errno}. */
    static long call(Downcall downcall) {
        MemorySegment state = state();
        try {
            return result(state, downcall.invoke(state));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Turns what a method handle threw into what a method here may throw. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            return e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        throw new AssertionError("a downcall threw a checked exception", thrown);
    }

    /** {@code result} when it is not negative, else the exception for {@code -result}. */
    static long check(long result, String call, String arguments) {
        if (result < 0) {
            throw new NativeException(call, arguments, (int) -result);
        }
        return result;
    }
}
