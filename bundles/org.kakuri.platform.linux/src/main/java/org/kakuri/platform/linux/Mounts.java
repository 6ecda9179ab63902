package org.kakuri.platform.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** mount(2) and umount2(2). Both need CAP_SYS_ADMIN. */
public final class Mounts {

    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    /** Detaches at once, even while in use. */
    public static final int MNT_DETACH = 2;

    private static final MethodHandle MOUNT = Native.withErrno("mount", Native.INT, Native.POINTER, Native.POINTER,
            Native.POINTER, Native.LONG, Native.POINTER);
    private static final MethodHandle UMOUNT = Native.withErrno("umount2", Native.INT, Native.POINTER, Native.INT);

    private Mounts() {}

    /** Mounts a file system of a type on a folder. */
    public static void mount(String source, Path target, String type, long flags, String data) {
        MemorySegment state = Native.state();
        try (Arena arena = Arena.ofConfined()) {
            int r = Native.result(state,
                    (int) MOUNT.invokeExact(state, arena.allocateFrom(source), arena.allocateFrom(target.toString()),
                            arena.allocateFrom(type), flags, arena.allocateFrom(data)));
            Native.check(r, "mount", "target=" + target + ", type=" + type + ", data=" + data);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Takes what is mounted on a folder away. */
    public static void unmount(Path target, int flags) {
        MemorySegment state = Native.state();
        try (Arena arena = Arena.ofConfined()) {
            int r = Native.result(state, (int) UMOUNT.invokeExact(state, arena.allocateFrom(target.toString()), flags));
            Native.check(r, "umount2", "target=" + target);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
