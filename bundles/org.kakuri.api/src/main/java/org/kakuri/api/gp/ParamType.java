package org.kakuri.api.gp;

/**
 * Type of an operation's parameter, on the client's side.
 *
 * @rule TEE Client API 1.0, parameter types: bits 0 and 1 are the directions, 2 memory, 3 registered memory
 */
public enum ParamType {
    /** Not used. */
    NONE(0x0),
    /** Two integers to the application. */
    VALUE_INPUT(0x1),
    /** Two integers from the application. */
    VALUE_OUTPUT(0x2),
    /** Two integers both ways. */
    VALUE_INOUT(0x3),
    /** Memory shared for this operation only, to the application. */
    MEMREF_TEMP_INPUT(0x5),
    /** Memory shared for this operation only, from the application. */
    MEMREF_TEMP_OUTPUT(0x6),
    /** Memory shared for this operation only, both ways. */
    MEMREF_TEMP_INOUT(0x7),
    /** A whole block of shared memory, in the directions of the block. */
    MEMREF_WHOLE(0xC),
    /** Part of a block of shared memory, to the application. */
    MEMREF_PARTIAL_INPUT(0xD),
    /** Part of a block of shared memory, from the application. */
    MEMREF_PARTIAL_OUTPUT(0xE),
    /** Part of a block of shared memory, both ways. */
    MEMREF_PARTIAL_INOUT(0xF);

    private final int value;

    ParamType(int value) {
        this.value = value;
    }

    /** Returns the specification's value. */
    public int value() {
        return value;
    }

    /** Returns whether data goes to the application; false for {@link #MEMREF_WHOLE}, whose block decides. */
    public boolean input() {
        return (value & 1) != 0;
    }

    /** Returns whether data comes from the application; false for {@link #MEMREF_WHOLE}, whose block decides. */
    public boolean output() {
        return (value & 2) != 0;
    }
}
