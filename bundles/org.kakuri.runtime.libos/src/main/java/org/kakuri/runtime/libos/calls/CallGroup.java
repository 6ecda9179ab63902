package org.kakuri.runtime.libos.calls;

import java.util.Locale;

/** What a system call is about, as far as it matters for where it is served. */
public enum CallGroup {
    /** Names a file. */
    PATH,
    /** Acts on an open file, pipe or whatever else the descriptor leads to. */
    FD,
    /** Acts on a socket. */
    NET,
    /** Changes the table of descriptors, or another table of the process. */
    TABLE,
    /** Makes pipes, queues and counters between processes, or acts on them. */
    IPC,
    /** Changes the address space. */
    MEMORY,
    /** Makes processes and threads, executes programs, ends. */
    PROCESS,
    /** Sets signal handlers and masks, sends signals. */
    SIGNAL,
    /** Asks who and where one is, or what limits there are. */
    IDENTITY,
    /** Reads a clock. */
    CLOCK,
    /** May block until something happens. */
    WAIT,
    /** Is not offered by a library operating system: fails with ENOSYS. */
    REFUSED;

    static CallGroup of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
