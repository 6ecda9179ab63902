package org.kakuri.runtime.wasm.internal.wasi;

/** Leaves the guest because it called {@code proc_exit}. */
public final class ProcExit extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    ProcExit(int status) {
        super("proc_exit(" + status + ")", null, false, false);
        this.status = status;
    }

    /** Returns the exit status. */
    public int status() {
        return status;
    }
}
