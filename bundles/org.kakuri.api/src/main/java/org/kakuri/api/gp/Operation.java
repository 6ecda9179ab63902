package org.kakuri.api.gp;

import java.util.Arrays;
import java.util.List;

/**
 * A TEEC_Operation: the parameters of one call. It may be used again when the call has returned; a call that is under way
 * can be cancelled by it.
 */
public final class Operation {
    /** TEEC_CONFIG_PAYLOAD_REF_COUNT. */
    public static final int PARAMS = 4;

    private final List<Param> params;
    private volatile boolean cancelled;

    /**
     * @param params at most four; what is missing is {@link Param#NONE}
     */
    public Operation(Param... params) {
        if (params.length > PARAMS) {
            throw new IllegalArgumentException("%d parameters, at most %d".formatted(params.length, PARAMS));
        }
        Param[] four = Arrays.copyOf(params, PARAMS);
        Arrays.fill(four, params.length, PARAMS, Param.NONE);
        this.params = List.of(four);
    }

    /** Returns the parameters, always four. */
    public List<Param> params() {
        return params;
    }

    /** Returns a parameter that is a value. */
    public Param.Value value(int index) {
        return (Param.Value) params.get(index);
    }

    /** Returns a parameter that is memory. */
    public Param.Memory memory(int index) {
        return (Param.Memory) params.get(index);
    }

    /** Returns the types of all four as TEEC_PARAM_TYPES encodes them. */
    public int types() {
        int types = 0;
        for (int i = 0; i < PARAMS; i++) {
            types |= params.get(i).type().value() << 4 * i;
        }
        return types;
    }

    /** Returns whether somebody asked for cancellation since the call began; read by the implementation. */
    public boolean cancelled() {
        return cancelled;
    }

    /** Asks for cancellation, or takes it back; called by the implementation, clients call the {@link TeeClient}. */
    public void cancelled(boolean asked) {
        cancelled = asked;
    }
}
