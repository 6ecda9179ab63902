package org.kakuri.api.runtime;

import org.kakuri.api.Deadline;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A runtime at work for one image. This is the border that may lie between two processes: bytes, records, ranges and file
 * descriptors cross it, never lambdas, segments or services. Thread-safe.
 */
@ConsumerType
public interface RuntimeSession extends AutoCloseable {
    /**
     * Starts a guest process.
     *
     * @throws org.kakuri.api.Refused if the command cannot be run; the session goes on
     * @throws org.kakuri.api.Gone if the session has ended
     */
    GuestProcess spawn(Command command);

    /** Returns where a guest process lives. */
    GuestPlacement placement(GuestProcess process);

    /** Returns the measurement of the session's first instance. */
    Measurement measurement();

    /**
     * Lets the code inside produce evidence.
     *
     * @param nonce bound into the evidence, at most 64 bytes
     * @throws org.kakuri.api.Unsupported if the backend cannot attest
     */
    Evidence attest(byte[] nonce);

    /**
     * Brings all guests to rest at a point from which they can be saved.
     *
     * @param deadline until when to try
     * @return the outcome; a refusal leaves the guests unharmed and running
     */
    Quiescence quiesce(Deadline deadline);

    /** Lets guests at rest go on. */
    void resume();

    /** Returns the architectural events of the session so far, of all its instances. */
    LedgerSnapshot ledger();

    /** Ends guests, instances and whatever else the session holds. Idempotent. */
    @Override
    void close();
}
