package org.kakuri.tee.sgx.internal;

import org.kakuri.api.Refused;

/** An instruction leaf that returned an error, or faulted: then there is no code, and the rule names the fault. */
final class LeafRefused extends Refused {
    private static final long serialVersionUID = 1;
    private final SgxError error;

    LeafRefused(String leaf, SgxError error, String rule, String values, String remedy) {
        super("%s: %s%s%s".formatted(leaf, error == null ? "" : error + ": ", rule,
                values.isEmpty() ? "" : ": " + values),
                remedy);
        this.error = error;
    }

    /** Returns the code, or null. */
    SgxError error() {
        return error;
    }
}
