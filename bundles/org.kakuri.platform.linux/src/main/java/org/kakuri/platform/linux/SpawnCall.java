package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One call of posix_spawn: its memory, its file actions in order, its attributes. */
final class SpawnCall {

    /** Sizes of glibc's opaque types on x86-64 (80, 336, 128), with room for other versions. */
    private static final long ACTIONS_BYTES = 256;
    private static final long ATTRIBUTES_BYTES = 1024;
    private static final long SIGSET_BYTES = 128;

    /** Flags of spawn.h. */
    private static final short SETPGROUP = 0x2;
    private static final short SETSIGDEF = 0x4;
    private static final short SETSIGMASK = 0x8;
    private static final short SETSID = 0x80;

    private static final MethodHandle SPAWN = Native.plain("posix_spawn", INT, POINTER, POINTER, POINTER, POINTER,
            POINTER, POINTER);
    private static final MethodHandle ACTIONS_INIT = Native.plain("posix_spawn_file_actions_init", INT, POINTER);
    private static final MethodHandle ACTIONS_DESTROY = Native.plain("posix_spawn_file_actions_destroy", INT, POINTER);
    private static final MethodHandle ADD_DUP2 = Native.plain("posix_spawn_file_actions_adddup2", INT, POINTER, INT,
            INT);
    private static final MethodHandle ADD_CLOSE = Native.plain("posix_spawn_file_actions_addclose", INT, POINTER, INT);
    private static final MethodHandle ADD_OPEN = Native.plain("posix_spawn_file_actions_addopen", INT, POINTER, INT,
            POINTER, INT, INT);
    private static final Optional<MethodHandle> ADD_CHDIR = Native
            .plainIfPresent("posix_spawn_file_actions_addchdir_np", INT, POINTER, POINTER);
    private static final Optional<MethodHandle> ADD_CLOSEFROM = Native
            .plainIfPresent("posix_spawn_file_actions_addclosefrom_np", INT, POINTER, INT);
    private static final MethodHandle ATTR_INIT = Native.plain("posix_spawnattr_init", INT, POINTER);
    private static final MethodHandle ATTR_DESTROY = Native.plain("posix_spawnattr_destroy", INT, POINTER);
    private static final MethodHandle ATTR_FLAGS = Native.plain("posix_spawnattr_setflags", INT, POINTER,
            ValueLayout.JAVA_SHORT);
    private static final MethodHandle ATTR_GROUP = Native.plain("posix_spawnattr_setpgroup", INT, POINTER, INT);
    private static final MethodHandle ATTR_DEFAULTS = Native.plain("posix_spawnattr_setsigdefault", INT, POINTER,
            POINTER);
    private static final MethodHandle ATTR_MASK = Native.plain("posix_spawnattr_setsigmask", INT, POINTER, POINTER);

    private final Spawn spawn;
    private final String where;

    SpawnCall(Spawn spawn) {
        this.spawn = spawn;
        this.where = "path=" + spawn.path() + (spawn.directory().isEmpty() ? "" : ", directory=" + spawn.directory());
    }

    /** The child's pid. */
    int run() {
        List<Fd> copies = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(ACTIONS_BYTES, 16);
            MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 16);
            check("posix_spawn_file_actions_init", (int) ACTIONS_INIT.invokeExact(actions));
            check("posix_spawnattr_init", (int) ATTR_INIT.invokeExact(attributes));
            try {
                addActions(arena, actions, copies);
                setAttributes(arena, attributes);
                MemorySegment pid = arena.allocate(INT);
                check("posix_spawn", (int) SPAWN.invokeExact(pid, arena.allocateFrom(spawn.path()), actions, attributes,
                        strings(arena, spawn.argv()), strings(arena, spawn.envp())));
                return pid.get(INT, 0);
            } finally {
                int ignored = (int) ACTIONS_DESTROY.invokeExact(actions) + (int) ATTR_DESTROY.invokeExact(attributes);
                assert ignored == 0;
            }
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            copies.forEach(Fd::close);
        }
    }

    /**
     * Copies of what is given lie above every number used in the child, so that no dup2 overwrites a later source and a
     * number is never duplicated onto itself, which would leave close-on-exec set.
     */
    private void addActions(Arena arena, MemorySegment actions, List<Fd> copies) throws Throwable {
        int above = Math.max(2, spawn.given().isEmpty() ? 0 : spawn.given().lastKey()) + 1;
        for (Map.Entry<Integer, Fd> entry : spawn.given().entrySet()) {
            Fd copy = entry.getValue().duplicateAbove(above);
            copies.add(copy);
            check("posix_spawn_file_actions_adddup2",
                    (int) ADD_DUP2.invokeExact(actions, copy.number(), (int) entry.getKey()));
        }
        MemorySegment nowhere = arena.allocateFrom("/dev/null");
        for (int number = 0; number < above; number++) {
            if (spawn.given().containsKey(number) || spawn.inherited().contains(number)) {
                continue;
            }
            if (number <= 2) {
                check("posix_spawn_file_actions_addopen",
                        (int) ADD_OPEN.invokeExact(actions, number, nowhere, OpenFlags.O_RDWR, 0));
            } else {
                check("posix_spawn_file_actions_addclose", (int) ADD_CLOSE.invokeExact(actions, number));
            }
        }
        if (ADD_CLOSEFROM.isPresent()) {
            check("posix_spawn_file_actions_addclosefrom_np",
                    (int) ADD_CLOSEFROM.get().invokeExact(actions, above));
        } else {
            closeOpenFrom(actions, above);
        }
        if (!spawn.directory().isEmpty()) {
            MethodHandle chdir = ADD_CHDIR.orElseThrow(() -> new NativeException(
                    "posix_spawn_file_actions_addchdir_np (glibc 2.29)", where, Errno.ENOSYS));
            check("posix_spawn_file_actions_addchdir_np",
                    (int) chdir.invokeExact(actions, arena.allocateFrom(spawn.directory())));
        }
    }

    /** Before glibc 2.34: closes what is open now; a descriptor another thread opens meanwhile is close-on-exec if ours. */
    private void closeOpenFrom(MemorySegment actions, int lowest) throws Throwable {
        for (int number : ProcFs.openDescriptors()) {
            if (number >= lowest) {
                check("posix_spawn_file_actions_addclose", (int) ADD_CLOSE.invokeExact(actions, number));
            }
        }
    }

    private void setAttributes(Arena arena, MemorySegment attributes) throws Throwable {
        short flags = SETSIGDEF | SETSIGMASK;
        if (spawn.leadsGroup() && !spawn.leadsSession()) {
            flags |= SETPGROUP;
            check("posix_spawnattr_setpgroup", (int) ATTR_GROUP.invokeExact(attributes, 0));
        }
        if (spawn.leadsSession()) {
            flags |= SETSID;
        }
        check("posix_spawnattr_setflags", (int) ATTR_FLAGS.invokeExact(attributes, flags));
        check("posix_spawnattr_setsigdefault",
                (int) ATTR_DEFAULTS.invokeExact(attributes, sigset(arena, Signals.ALL)));
        check("posix_spawnattr_setsigmask",
                (int) ATTR_MASK.invokeExact(attributes, sigset(arena, spawn.blocked())));
    }

    private static MemorySegment sigset(Arena arena, long mask) {
        MemorySegment set = arena.allocate(SIGSET_BYTES, 8);
        set.set(ValueLayout.JAVA_LONG, 0, mask);
        return set;
    }

    private static MemorySegment strings(Arena arena, List<String> values) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, values.size() + 1L);
        for (int i = 0; i < values.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(values.get(i)));
        }
        array.setAtIndex(ValueLayout.ADDRESS, values.size(), MemorySegment.NULL);
        return array;
    }

    /** These functions return the error number itself. */
    private void check(String call, int error) {
        Native.check(-error, call, where);
    }
}
