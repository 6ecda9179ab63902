package org.kakuri.runtime.libos.trace;

/** What becomes of a system call. */
public sealed interface Decision {
    /** The kernel makes it. */
    Decision FORWARD = new Forward();

    /** The kernel makes it. */
    record Forward() implements Decision {}

    /**
     * It is answered instead.
     *
     * @param value result, or {@code -errno}
     */
    record Answer(long value) implements Decision {}

    /**
     * The kernel makes it, with another path.
     *
     * @param argument which argument is the path
     * @param path the path it gets instead
     */
    record Redirect(int argument, String path) implements Decision {}
}
