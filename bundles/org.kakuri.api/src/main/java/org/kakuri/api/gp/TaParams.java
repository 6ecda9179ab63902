package org.kakuri.api.gp;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The parameters of one call as the trusted application sees them. Memory is shared with the client, who may change it at
 * any time: copy once, then check.
 */
@ProviderType
public interface TaParams {
    /** Returns the types as TEE_PARAM_TYPES encodes them: 0 none, 1 to 3 values, 5 to 7 memory, four bits each. */
    int types();

    /** Returns the first integer of a value; 0 for one that is output only. */
    int a(int index);

    /** Returns the second integer of a value; 0 for one that is output only. */
    int b(int index);

    /**
     * Sets a value that is an output.
     *
     * @throws IllegalStateException if the parameter is none
     */
    void set(int index, int a, int b);

    /** Returns the memory of a parameter, read-only if it is input only. */
    MemorySegment memory(int index);

    /** Returns the size the client offers or the application has set, in bytes. */
    long size(int index);

    /** Sets how many bytes of an output there are, or how many would be needed. */
    void size(int index, long bytes);
}
