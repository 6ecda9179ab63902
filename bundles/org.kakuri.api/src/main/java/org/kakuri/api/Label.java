package org.kakuri.api;

/**
 * Where a number comes from. Every number Kakuri shows carries one; comparing two labels is only done by a command that says
 * so.
 */
public enum Label {
    /** Wall clock of real work. */
    MEASURED,
    /** Event counts times a cost profile; no clock was read. */
    MODELLED,
    /** Wall clock with the priced delays really spun in, so that overlap and queueing show. */
    INJECTED,
    /** Wall clock of something that ran under QEMU's TCG. */
    EMULATED,
    /** Imported from a real machine. */
    HARDWARE;

    /** Returns the label as results and commands spell it, for example {@code measured}. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
