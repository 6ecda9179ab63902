package org.kakuri.runtime.libos.trace;

import java.util.Optional;
import org.kakuri.platform.linux.RemoteMemory;

/** A thread of the tree. Used on the tracer's thread while it is stopped. */
public final class Tracee {
    private static final int LONGEST_PATH = 4096;

    private final int tid;
    private final TracedProcess process;
    /** The call that was entered and not left. */
    TraceeCall entered;
    /** What its exit stop is to return instead; null for what the kernel says. */
    Long answer;
    /** The argument that was redirected, and what it was. */
    int redirected = -1;
    long original;

    Tracee(int tid, TracedProcess process) {
        this.tid = tid;
        this.process = process;
    }

    /** Returns its thread id on this machine. */
    public int tid() {
        return tid;
    }

    /** Returns its process. */
    public TracedProcess process() {
        return process;
    }

    /** Copies its memory; false if not all of it is there. */
    public boolean read(long address, byte[] to) {
        return RemoteMemory.read(tid, address, to);
    }

    /** Changes its memory; false if it cannot be written. */
    public boolean write(long address, byte[] from) {
        return RemoteMemory.write(tid, address, from);
    }

    /** Reads a path from its memory. */
    public Optional<String> path(long address) {
        return address == 0 ? Optional.empty() : RemoteMemory.string(tid, address, LONGEST_PATH);
    }

    @Override
    public String toString() {
        return "thread " + tid + " of " + process;
    }
}
