package org.kakuri.platform.linux.posix;

import static org.kakuri.platform.linux.posix.LibraryCalls.INT;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Programs that this one starts, see posix_spawn(3). Results as {@link PosixLibrary}'s. */
public final class PosixChildren {

    private final LibraryCalls guest;

    PosixChildren(LibraryCalls guest) {
        this.guest = guest;
    }

    /**
     * Starts a program; its pid.
     *
     * @param descriptors what the child finds: its number, ours
     */
    public int spawn(String path, List<String> argv, List<String> envp, Map<Integer, Integer> descriptors) {
        ByteArrayOutputStream strings = new ByteArrayOutputStream();
        strings.writeBytes((path + "\0").getBytes(StandardCharsets.UTF_8));
        argv.forEach(a -> strings.writeBytes((a + "\0").getBytes(StandardCharsets.UTF_8)));
        envp.forEach(v -> strings.writeBytes((v + "\0").getBytes(StandardCharsets.UTF_8)));
        ByteBuffer request = ByteBuffer.allocate(16 + 8 * descriptors.size() + strings.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(descriptors.size())
                .putInt(argv.size())
                .putInt(envp.size())
                .putInt(GuestChildren.SEARCH);
        descriptors.forEach((child, ours) -> request.putInt(ours).putInt(child));
        request.put(strings.toByteArray());
        int length = guest.put(0, request.array());
        int pid = (int) guest.call(PosixOp.SPAWN, length, length);
        guest.safepoint();
        return pid;
    }

    /** Waits for a child, -1: any; {@code status[0]} gets its status word. */
    public int waitpid(int pid, int options, int[] status) {
        long found = guest.plain(PosixOp.WAITPID, pid, options, 4);
        if (found > 0 && status != null) {
            status[0] = guest.data().get(INT, 0);
        }
        return (int) found;
    }
}
