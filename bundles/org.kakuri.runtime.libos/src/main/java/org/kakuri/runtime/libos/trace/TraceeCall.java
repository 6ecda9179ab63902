package org.kakuri.runtime.libos.trace;

/**
 * A system call that is being made.
 *
 * @param number its number, as asm/unistd_64.h has it; -1 for one of another calling convention
 * @param arguments its six arguments
 */
public record TraceeCall(int number, long[] arguments) {
    /** Returns an argument. */
    public long argument(int index) {
        return arguments[index];
    }
}
