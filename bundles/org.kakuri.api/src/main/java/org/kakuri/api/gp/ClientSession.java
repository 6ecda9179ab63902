package org.kakuri.api.gp;

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

    /** TEEC_CloseSession. Idempotent. */
    @Override
    void close();
}
