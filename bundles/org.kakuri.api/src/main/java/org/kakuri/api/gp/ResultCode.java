package org.kakuri.api.gp;

import java.util.Map;

/**
 * A TEEC_Result or TEE_Result. The constants are those both specifications share; a trusted application may return others.
 *
 * @rule TEE Client API 1.0, return codes; TEE Internal Core API 1.3.1, API error codes
 * @param value 32 bits
 */
public record ResultCode(int value) {
    /** The operation was successful. */
    public static final ResultCode SUCCESS = new ResultCode(0);
    /** Non-specific cause. */
    public static final ResultCode GENERIC = new ResultCode(0xFFFF0000);
    /** Access privileges are not sufficient. */
    public static final ResultCode ACCESS_DENIED = new ResultCode(0xFFFF0001);
    /** The operation was cancelled. */
    public static final ResultCode CANCEL = new ResultCode(0xFFFF0002);
    /** Concurrent accesses caused conflict. */
    public static final ResultCode ACCESS_CONFLICT = new ResultCode(0xFFFF0003);
    /** Too much data for the requested operation was passed. */
    public static final ResultCode EXCESS_DATA = new ResultCode(0xFFFF0004);
    /** Input data was of invalid format. */
    public static final ResultCode BAD_FORMAT = new ResultCode(0xFFFF0005);
    /** Input parameters were invalid. */
    public static final ResultCode BAD_PARAMETERS = new ResultCode(0xFFFF0006);
    /** Operation is not valid in the current state. */
    public static final ResultCode BAD_STATE = new ResultCode(0xFFFF0007);
    /** The requested data item is not found. */
    public static final ResultCode ITEM_NOT_FOUND = new ResultCode(0xFFFF0008);
    /** The requested operation should exist but is not yet implemented. */
    public static final ResultCode NOT_IMPLEMENTED = new ResultCode(0xFFFF0009);
    /** The requested operation is valid but is not supported in this implementation. */
    public static final ResultCode NOT_SUPPORTED = new ResultCode(0xFFFF000A);
    /** Expected data was missing. */
    public static final ResultCode NO_DATA = new ResultCode(0xFFFF000B);
    /** System ran out of resources. */
    public static final ResultCode OUT_OF_MEMORY = new ResultCode(0xFFFF000C);
    /** The system is busy working on something else. */
    public static final ResultCode BUSY = new ResultCode(0xFFFF000D);
    /** Communication with a remote party failed. */
    public static final ResultCode COMMUNICATION = new ResultCode(0xFFFF000E);
    /** A security fault was detected. */
    public static final ResultCode SECURITY = new ResultCode(0xFFFF000F);
    /** The supplied buffer is too short for the generated output; its size field tells the length needed. */
    public static final ResultCode SHORT_BUFFER = new ResultCode(0xFFFF0010);
    /** The trusted application has terminated (panicked). */
    public static final ResultCode TARGET_DEAD = new ResultCode(0xFFFF3024);

    private static final Map<Integer, String> NAMES = Map.ofEntries(Map.entry(0, "TEEC_SUCCESS"),
            Map.entry(0xFFFF0000, "TEEC_ERROR_GENERIC"), Map.entry(0xFFFF0001, "TEEC_ERROR_ACCESS_DENIED"),
            Map.entry(0xFFFF0002, "TEEC_ERROR_CANCEL"), Map.entry(0xFFFF0003, "TEEC_ERROR_ACCESS_CONFLICT"),
            Map.entry(0xFFFF0004, "TEEC_ERROR_EXCESS_DATA"), Map.entry(0xFFFF0005, "TEEC_ERROR_BAD_FORMAT"),
            Map.entry(0xFFFF0006, "TEEC_ERROR_BAD_PARAMETERS"), Map.entry(0xFFFF0007, "TEEC_ERROR_BAD_STATE"),
            Map.entry(0xFFFF0008, "TEEC_ERROR_ITEM_NOT_FOUND"), Map.entry(0xFFFF0009, "TEEC_ERROR_NOT_IMPLEMENTED"),
            Map.entry(0xFFFF000A, "TEEC_ERROR_NOT_SUPPORTED"), Map.entry(0xFFFF000B, "TEEC_ERROR_NO_DATA"),
            Map.entry(0xFFFF000C, "TEEC_ERROR_OUT_OF_MEMORY"), Map.entry(0xFFFF000D, "TEEC_ERROR_BUSY"),
            Map.entry(0xFFFF000E, "TEEC_ERROR_COMMUNICATION"), Map.entry(0xFFFF000F, "TEEC_ERROR_SECURITY"),
            Map.entry(0xFFFF0010, "TEEC_ERROR_SHORT_BUFFER"), Map.entry(0xFFFF3024, "TEEC_ERROR_TARGET_DEAD"));

    /** Returns the specification's name, or the value where it has none. */
    @Override
    public String toString() {
        return NAMES.getOrDefault(value, "0x%08X".formatted(value));
    }
}
