package org.kakuri.api.tee;

/** Why a context left its instance. */
public sealed interface Exit {

    /**
     * The code asks the host for something.
     *
     * @param request what
     */
    record HostCall(HostRequest request) implements Exit {}

    /**
     * An interrupt of the host was taken.
     *
     * @param source who raised it
     */
    record Interrupt(String source) implements Exit {}

    /**
     * The code asks for memory.
     *
     * @param range guest addresses
     * @param perms wanted permissions
     */
    record MemoryRequest(Range range, Perms perms) implements Exit {}

    /**
     * The code asks to be switched off or reset, or to start another context (PSCI).
     *
     * @param operation name of the call
     * @param argument its argument
     */
    record PowerCall(String operation, long argument) implements Exit {}

    /** An exit after which the context cannot be entered again. */
    sealed interface Final extends Exit permits Ended, Fault {}

    /**
     * The code returned.
     *
     * @param status its status
     */
    record Ended(int status) implements Final {}

    /**
     * The code faulted or was terminated.
     *
     * @param reason what happened, with values
     * @param terminated whether the host ended it
     */
    record Fault(String reason, boolean terminated) implements Final {}
}
