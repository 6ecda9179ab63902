package org.kakuri.platform.linux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Spawn;

/** The children a guest started; those it has not waited for are killed when this is closed. One thread calls. */
final class GuestChildren implements AutoCloseable {

    /** The program is looked for in PATH. */
    static final int SEARCH = 1;
    /** The child leads a process group. */
    static final int NEW_GROUP = 2;

    /** In place of a descriptor: the child has none, or /dev/null for 0 to 2. */
    private static final int NOWHERE = -1;

    private static final int WNOHANG = 1;
    private static final int WUNTRACED = 2;
    private static final int WCONTINUED = 8;
    private static final int MOST = 4096;

    private final Map<Integer, ChildProcess> children = new HashMap<>();

    /**
     * Starts a program. The request: four ints (pairs of descriptors, arguments, variables, flags), the pairs (the guest's
     * number or -1 for none, the child's number), then strings that end with a zero: path, arguments from argv[0] on, variables.
     * <p>
     * Divergence: the child gets the descriptors that are listed and no others.
     */
    int spawn(byte[] request, IntPredicate holds) {
        try {
            ByteBuffer in = ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN);
            int pairs = count(in);
            int arguments = count(in);
            int variables = count(in);
            int flags = in.getInt();
            int[] from = new int[pairs];
            int[] to = new int[pairs];
            for (int i = 0; i < pairs; i++) {
                from[i] = in.getInt();
                to[i] = in.getInt();
                if (to[i] < 0 || from[i] != NOWHERE && !holds.test(from[i])) {
                    return -Errno.EBADF;
                }
            }
            String path = string(in);
            List<String> argv = strings(in, arguments);
            List<String> envp = strings(in, variables);
            if (argv.isEmpty() || in.hasRemaining()) {
                return -Errno.EINVAL;
            }
            return start(path, argv, envp, flags, from, to);
        } catch (java.nio.BufferUnderflowException | IllegalArgumentException malformed) {
            return -Errno.EINVAL;
        } catch (NativeException e) {
            return -e.errno();
        }
    }

    private int start(String path, List<String> argv, List<String> envp, int flags, int[] from, int[] to) {
        String program = (flags & SEARCH) != 0 ? search(path) : path;
        if (program == null) {
            return -Errno.ENOENT;
        }
        Spawn spawn = Spawn.program(program)
                .name(argv.getFirst())
                .arguments(argv.subList(1, argv.size()))
                .environment(environment(envp));
        for (int i = 0; i < from.length; i++) {
            if (from[i] != NOWHERE) {
                spawn.give(Fd.own(from[i]), to[i]);
            }
        }
        ChildProcess child = ((flags & NEW_GROUP) != 0 ? spawn.newProcessGroup() : spawn).start();
        children.put(child.pid(), child);
        return child.pid();
    }

    private static Map<String, String> environment(List<String> envp) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String variable : envp) {
            int equals = variable.indexOf('=');
            if (equals > 0 && !GuestSignals.isOwnVariable(variable.substring(0, equals))) {
                variables.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return variables;
    }

    private static String search(String name) {
        if (name.indexOf('/') >= 0) {
            return name;
        }
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":")) {
            Path file = Path.of(folder, name);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) {
                return file.toString();
            }
        }
        return null;
    }

    private static int count(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > MOST) {
            throw new IllegalArgumentException("count=" + count);
        }
        return count;
    }

    private static List<String> strings(ByteBuffer in, int count) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(string(in));
        }
        return all;
    }

    private static String string(ByteBuffer in) {
        int start = in.position();
        while (in.get() != 0) {
            continue;
        }
        return new String(in.array(), start, in.position() - 1 - start, StandardCharsets.UTF_8);
    }

    /** wait4(2) for the guest's own children: -1 any, else one of them. */
    int await(int pid, int options, MemorySegment out) {
        if (out.byteSize() < Integer.BYTES || (options & ~(WNOHANG | WUNTRACED | WCONTINUED)) != 0
                || pid < -1 || pid == 0) {
            return -Errno.EINVAL;
        }
        if (children.isEmpty() || pid > 0 && !children.containsKey(pid)) {
            return -Errno.ECHILD;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(4, 4);
            int found = ChildProcess.awaitRaw(pid, options, status);
            int word = status.get(ValueLayout.JAVA_INT, 0);
            if (found > 0 && ended(word)) {
                ChildProcess child = children.remove(found);
                if (child != null) {
                    child.pidFd().close();
                }
            }
            out.set(ValueLayout.JAVA_INT_UNALIGNED, 0, word);
            return found;
        }
    }

    private static boolean ended(int status) {
        return (status & 0xff) != 0x7f && status != 0xffff;
    }

    @Override
    public void close() {
        children.values().forEach(ChildProcess::close);
        children.clear();
    }
}
