package org.kakuri.tee.model.instance;

/** Unwinds the code of a context that must not go on. An Error, so that code which catches Exception does not keep it. */
final class ContextStop extends Error {
    private static final long serialVersionUID = 1;

    ContextStop(String reason) {
        super(reason, null, false, false);
    }
}
