package org.kakuri.api.gp;

import org.kakuri.api.tee.Ledger;
import org.osgi.annotation.versioning.ConsumerType;

/** A TEEC_Session: a client's connection to a trusted application. Implemented by backends. Thread-safe. */
@ConsumerType
public interface ClientSession extends AutoCloseable {
    /**
     * TEEC_InvokeCommand, on the calling thread.
     *
     * @param command the application's own numbering
     * @param operation its parameters
     */
    Returned invoke(int command, Operation operation);

    /** Returns the events of the instance that serves the session; sessions of one instance share it. */
    Ledger ledger();

    /** TEEC_CloseSession. Idempotent. */
    @Override
    void close();
}
