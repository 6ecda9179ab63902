package org.kakuri.platform.linux;

/** How a process ended. */
public sealed interface ExitStatus {

    /**
     * It called exit or returned from main.
     *
     * @param code 0 to 255
     */
    record Exited(int code) implements ExitStatus {
        @Override
        public String toString() {
            return "exited(" + code + ")";
        }
    }

    /**
     * A signal ended it.
     *
     * @param signal     the signal's number
     * @param coreDumped whether the kernel wrote a core file
     */
    record Killed(int signal, boolean coreDumped) implements ExitStatus {
        @Override
        public String toString() {
            return "killed(" + Signals.name(signal) + ")";
        }
    }

    /** Whether it exited with code 0. */
    default boolean success() {
        return this instanceof Exited e && e.code() == 0;
    }

    /** Decodes the status word of wait4(2), see WIFEXITED and its siblings in bits/waitstatus.h. */
    static ExitStatus decode(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new Exited(status >> 8 & 0xff) : new Killed(signal, (status & 0x80) != 0);
    }
}
