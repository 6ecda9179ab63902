package org.kakuri.runtime.libos.trace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.TracedCall;

/**
 * A seccomp filter in classic BPF (linux/filter.h, linux/seccomp.h): some calls are notified, some fail with ENOSYS,
 * calls of another calling convention too, everything else runs natively and unseen.
 *
 * @param notified numbers of calls that the supervisor answers
 * @param refused numbers of calls that fail
 */
public record CallFilter(Set<Integer> notified, Set<Integer> refused) {
    private static final short LOAD = 0x20;
    private static final short JUMP_IF_EQUAL = 0x15;
    private static final short JUMP_IF_GREATER_OR_EQUAL = 0x35;
    private static final short RETURN = 0x06;
    private static final int ALLOW = 0x7fff0000;
    private static final int NOTIFY = 0x7fc00000;
    private static final int FAIL = 0x00050000;
    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    /** Numbers of the x32 calling convention begin here. */
    private static final int X32 = 0x40000000;
    private static final int INSTRUCTION = 8;

    /** Copies the sets. */
    public CallFilter {
        notified = Set.copyOf(notified);
        refused = Set.copyOf(refused);
    }

    /** Returns the filter's instructions, {@code struct sock_filter} each. */
    byte[] program() {
        List<Integer> notify = List.copyOf(new TreeSet<>(notified));
        List<Integer> fail = List.copyOf(new TreeSet<>(refused));
        int length = 4 + 2 * (notify.size() + fail.size()) + 3;
        ByteBuffer code = ByteBuffer.allocate(length * INSTRUCTION).order(ByteOrder.LITTLE_ENDIAN);
        put(code, LOAD, 0, 0, ARCHITECTURE);
        put(code, JUMP_IF_EQUAL, 1, 0, TracedCall.X86_64);
        put(code, RETURN, 0, 0, FAIL | Errno.ENOSYS);
        put(code, LOAD, 0, 0, NUMBER);
        fail.forEach(number -> {
            put(code, JUMP_IF_EQUAL, 0, 1, number);
            put(code, RETURN, 0, 0, FAIL | Errno.ENOSYS);
        });
        notify.forEach(number -> {
            put(code, JUMP_IF_EQUAL, 0, 1, number);
            put(code, RETURN, 0, 0, NOTIFY);
        });
        put(code, JUMP_IF_GREATER_OR_EQUAL, 0, 1, X32);
        put(code, RETURN, 0, 0, FAIL | Errno.ENOSYS);
        put(code, RETURN, 0, 0, ALLOW);
        return code.array();
    }

    /** Returns how many instructions {@link #program} has. */
    int length() {
        return program().length / INSTRUCTION;
    }

    private static void put(ByteBuffer code, short operation, int jumpTrue, int jumpFalse, int value) {
        code.putShort(operation).put((byte) jumpTrue).put((byte) jumpFalse).putInt(value);
    }
}
