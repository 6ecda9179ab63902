package org.kakuri.api.tee;

import org.osgi.annotation.versioning.ProviderType;

/** One call of a monitor, as its command sees it. Used on the thread that calls, and not after the command returned. */
@ProviderType
public interface MonitorCall {
    /** Returns who calls. */
    Actor caller();

    /** Returns the machine that the monitor belongs to. */
    Machine machine();

    /** Returns the arguments that were given, without the function id. */
    long[] arguments();

    /** Returns an argument, 0 for the first; 0 is the value of those that were not given. */
    long argument(int index);

    /**
     * Records events in the machine's ledger, and in that of the instance that calls.
     *
     * @param event one of {@link MonitorCommand#events()}
     * @param count how often it occurred
     * @param bytes bytes moved by all of them
     * @throws IllegalArgumentException if the command does not declare the event
     * @throws IllegalStateException if a precondition records
     */
    void record(String event, long count, long bytes);
}
