package org.kakuri.runtime.libos.trace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.TreeSet;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.TracedCall;

/**
 * A seccomp filter in classic BPF (linux/filter.h, linux/seccomp.h): some calls are notified, some stop for the tracer, some fail with
 * ENOSYS, calls of another calling convention too, everything else runs natively and unseen.
 *
 * @param notified numbers of calls that the supervisor answers
 * @param traced numbers of calls that the tracer decides about
 * @param refused numbers of calls that fail
 */
public record CallFilter(Set<Integer> notified, Set<Integer> traced, Set<Integer> refused) {
    private static final short LOAD = 0x20;
    private static final short JUMP_IF_EQUAL = 0x15;
    private static final short JUMP_IF_GREATER_OR_EQUAL = 0x35;
    private static final short RETURN = 0x06;
    private static final int ALLOW = 0x7fff0000;
    private static final int NOTIFY = 0x7fc00000;
    private static final int TRACE = 0x7ff00000;
    private static final int FAIL = 0x00050000;
    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    /** Numbers of the x32 calling convention begin here. */
    private static final int X32 = 0x40000000;
    private static final int INSTRUCTION = 8;

    /** Copies the sets. */
    public CallFilter {
        notified = Set.copyOf(notified);
        traced = Set.copyOf(traced);
        refused = Set.copyOf(refused);
    }

    /** Returns the filter's instructions, {@code struct sock_filter} each. */
    byte[] program() {
        int length = 4 + 2 * (notified.size() + traced.size() + refused.size()) + 3;
        ByteBuffer code = ByteBuffer.allocate(length * INSTRUCTION).order(ByteOrder.LITTLE_ENDIAN);
        put(code, LOAD, 0, 0, ARCHITECTURE);
        put(code, JUMP_IF_EQUAL, 1, 0, TracedCall.X86_64);
        put(code, RETURN, 0, 0, FAIL | Errno.ENOSYS);
        put(code, LOAD, 0, 0, NUMBER);
        each(code, notified, NOTIFY);
        each(code, traced, TRACE);
        each(code, refused, FAIL | Errno.ENOSYS);
        put(code, JUMP_IF_GREATER_OR_EQUAL, 0, 1, X32);
        put(code, RETURN, 0, 0, FAIL | Errno.ENOSYS);
        put(code, RETURN, 0, 0, ALLOW);
        return code.array();
    }

    private static void each(ByteBuffer code, Set<Integer> numbers, int verdict) {
        new TreeSet<>(numbers).forEach(number -> {
            put(code, JUMP_IF_EQUAL, 0, 1, number);
            put(code, RETURN, 0, 0, verdict);
        });
    }

    /** Returns how many instructions {@link #program} has. */
    int length() {
        return program().length / INSTRUCTION;
    }

    private static void put(ByteBuffer code, short operation, int jumpTrue, int jumpFalse, int value) {
        code.putShort(operation).put((byte) jumpTrue).put((byte) jumpFalse).putInt(value);
    }
}
