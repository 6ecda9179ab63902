package org.kakuri.platform.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code struct ptrace_syscall_info} (linux/ptrace.h), as {@link Ptrace#systemCall} fills it.
 *
 * <pre>
 * offset | 0  | 4    | 8  | 16 | 24                | 32
 * field  | op | arch | ip | sp | number, or result | arguments, 6 x 8
 * </pre>
 *
 * @param segment native memory
 */
public record TracedCall(MemorySegment segment) {
    /** AUDIT_ARCH_X86_64 of linux/audit.h. */
    public static final int X86_64 = 0xc000003e;
    private static final int ENTRY = 1;
    private static final int EXIT = 2;

    /** Makes room for one. */
    public static TracedCall in(Arena arena) {
        return new TracedCall(arena.allocate(Ptrace.INFO_BYTES, 8));
    }

    /** Whether the tracee is about to make a call. */
    public boolean entry() {
        return segment.get(ValueLayout.JAVA_BYTE, 0) == ENTRY;
    }

    /** Whether the tracee has made a call. */
    public boolean exit() {
        return segment.get(ValueLayout.JAVA_BYTE, 0) == EXIT;
    }

    /** The architecture whose calling convention was used. */
    public int architecture() {
        return segment.get(ValueLayout.JAVA_INT, 4);
    }

    /** The number, at entry. */
    public long number() {
        return segment.get(ValueLayout.JAVA_LONG, 24);
    }

    /** The result, at exit. */
    public long result() {
        return segment.get(ValueLayout.JAVA_LONG, 24);
    }

    /** Argument 0 to 5, at entry. */
    public long argument(int index) {
        return segment.get(ValueLayout.JAVA_LONG, 32 + 8L * index);
    }
}
