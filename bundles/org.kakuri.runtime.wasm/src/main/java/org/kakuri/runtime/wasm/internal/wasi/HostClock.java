package org.kakuri.runtime.wasm.internal.wasi;

/** Clocks as a guest reads them; who reads them, and whether that leaves the instance, is decided elsewhere. */
@FunctionalInterface
public interface HostClock {
    /** Time since 1970. */
    int REALTIME = 0;
    /** Time that never goes back. */
    int MONOTONIC = 1;
    /** CPU time of the guest. */
    int PROCESS_CPU = 2;
    /** CPU time of the guest's thread, which is the same. */
    int THREAD_CPU = 3;

    /**
     * Reads a clock.
     *
     * @param id one of the constants
     * @return nanoseconds
     */
    long nanos(int id);
}
