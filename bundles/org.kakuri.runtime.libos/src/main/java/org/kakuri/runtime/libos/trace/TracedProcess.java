package org.kakuri.runtime.libos.trace;

/** A process of the tree: what its threads have in common. */
public final class TracedProcess {
    private final int pid;
    private final TracedProcess parent;

    TracedProcess(int pid, TracedProcess parent) {
        this.pid = pid;
        this.parent = parent;
    }

    /** Returns its pid on this machine. */
    public int pid() {
        return pid;
    }

    /** Returns who made it; null for the first of the tree. */
    public TracedProcess parent() {
        return parent;
    }

    @Override
    public String toString() {
        return "process " + pid;
    }
}
