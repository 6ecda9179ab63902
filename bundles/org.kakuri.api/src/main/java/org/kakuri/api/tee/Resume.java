package org.kakuri.api.tee;

/** How a context is entered again after an exit. */
public sealed interface Resume {
    /** Simply go on. */
    Resume CONTINUE = new Continue();

    /** Simply go on. */
    record Continue() implements Resume {}

    /**
     * Go on with the answer to a host call.
     *
     * @param value the answer; at least 0, or minus an error number
     */
    record Reply(long value) implements Resume {}

    /**
     * Do not go on.
     *
     * @param reason why; becomes the fault's reason
     */
    record Terminate(String reason) implements Resume {}
}
