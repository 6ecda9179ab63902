package org.kakuri.api.gp;

import java.util.UUID;
import org.kakuri.api.tee.Ledger;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A TEEC_Context: a client application's connection to the TEE of one machine. Implemented by backends; got from
 * {@link GlobalPlatform#initializeContext}. Thread-safe.
 */
@ConsumerType
public interface TeeClient extends AutoCloseable {
    /**
     * TEEC_OpenSession. Loads the application if no instance of it may serve the session.
     *
     * @param destination which application
     * @param operation parameters for its TA_OpenSessionEntryPoint
     */
    Opened openSession(UUID destination, Operation operation);

    /**
     * TEEC_AllocateSharedMemory.
     *
     * @param bytes size
     * @param input whether data may go to applications
     * @param output whether data may come from them
     */
    SharedBlock allocate(long bytes, boolean input, boolean output);

    /**
     * TEEC_RegisterSharedMemory. On hardware the client's pages are pinned; here they are a memory file.
     *
     * @param descriptor descriptor of a memory file in this process; duplicated, the caller keeps his own
     * @param bytes size, at most the file's
     * @param input whether data may go to applications
     * @param output whether data may come from them
     */
    SharedBlock register(int descriptor, long bytes, boolean input, boolean output);

    /**
     * TEEC_RequestCancellation. A call that waits for its turn ends with {@link ResultCode#CANCEL}; one that is inside ends
     * when the application looks, if it looks. From any thread; returns at once.
     */
    void requestCancellation(Operation operation);

    /** Returns the events this client's calls caused outside of any application: registrations and refused calls. */
    Ledger ledger();

    /**
     * Ends the client from outside, from any thread: destroys the instances that serve its sessions. A call that is under way
     * returns {@link ResultCode#TARGET_DEAD} once its code looks, crosses or returns.
     */
    void terminate();

    /** TEEC_FinalizeContext: closes the sessions that are left, after the calls under way. Idempotent. */
    @Override
    void close();
}
