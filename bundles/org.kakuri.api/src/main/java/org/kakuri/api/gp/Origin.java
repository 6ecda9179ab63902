package org.kakuri.api.gp;

/**
 * Where a result code comes from.
 *
 * @rule TEE Client API 1.0, return code origins
 */
public enum Origin {
    /** The client's library. */
    API(1),
    /** What links the rich operating system with the TEE. */
    COMMS(2),
    /** The TEE itself. */
    TEE(3),
    /** The trusted application. */
    TRUSTED_APP(4);

    private final int value;

    Origin(int value) {
        this.value = value;
    }

    /** Returns the specification's value. */
    public int value() {
        return value;
    }
}
