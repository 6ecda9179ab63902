package org.kakuri.platform.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code struct user_regs_struct} of x86-64 (sys/user.h), 216 bytes, as {@link Ptrace#registers} fills it.
 *
 * <pre>
 * offset | 56  | 64 | 72 | 80  | 96  | 104 | 112 | 120      | 128 | 152
 * field  | r10 | r9 | r8 | rax | rdx | rsi | rdi | orig_rax | rip | rsp
 * </pre>
 *
 * @param segment native memory
 */
public record UserRegisters(MemorySegment segment) {
    static final long BYTES = 27 * 8;
    private static final long RAX = 80;
    private static final long ORIG_RAX = 120;
    private static final long RIP = 128;
    private static final long RSP = 152;
    /** Where the six arguments of a system call are. */
    private static final long[] ARGUMENTS = {112, 104, 96, 56, 72, 64};

    /** Makes room for registers. */
    public static UserRegisters in(Arena arena) {
        return new UserRegisters(arena.allocate(BYTES, 8));
    }

    /** Result of a system call. */
    public long result() {
        return get(RAX);
    }

    /** Sets the result. */
    public void result(long value) {
        set(RAX, value);
    }

    /** Number of the system call; -1 makes the kernel skip it. */
    public long number() {
        return get(ORIG_RAX);
    }

    /** Sets the number. */
    public void number(long value) {
        set(ORIG_RAX, value);
    }

    /** Argument 0 to 5. */
    public long argument(int index) {
        return get(ARGUMENTS[index]);
    }

    /** Sets an argument. */
    public void argument(int index, long value) {
        set(ARGUMENTS[index], value);
    }

    /** Instruction pointer. */
    public long instruction() {
        return get(RIP);
    }

    /** Sets the instruction pointer. */
    public void instruction(long value) {
        set(RIP, value);
    }

    /** Stack pointer. */
    public long stack() {
        return get(RSP);
    }

    /** Copies everything from other registers. */
    public void copyFrom(UserRegisters other) {
        segment.copyFrom(other.segment);
    }

    private long get(long at) {
        return segment.get(ValueLayout.JAVA_LONG, at);
    }

    private void set(long at, long value) {
        segment.set(ValueLayout.JAVA_LONG, at, value);
    }
}
