package org.kakuri.api.runtime;

import java.util.List;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
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
     * Starts a guest process. Descriptors that the command passes are duplicated before this returns; the caller may close his
     * own then.
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

    /**
     * Returns the memory of the session's instances, so that an attack knows where to look.
     *
     * @throws org.kakuri.api.Unsupported if this runtime cannot tell
     */
    default List<MemoryArea> memory() {
        throw new Unsupported("this runtime does not tell where its guests' memory lies", "");
    }

    /**
     * Lets somebody outside touch memory of the session's machine. A refusal is a result, not an exception.
     *
     * @throws org.kakuri.api.Unsupported if the session has no modelled machine
     */
    default HostAccess.Result touch(HostAccess access) {
        throw new Unsupported("this session has no modelled memory", "");
    }

    /** Returns the architectural events of the session so far, of all its instances. */
    LedgerSnapshot ledger();

    /** Returns what the session did so far, beside events; runtimes that see no more return {@link SessionReport#EMPTY}. */
    default SessionReport report() {
        return SessionReport.EMPTY;
    }

    /** Ends guests, instances and whatever else the session holds. Idempotent. */
    @Override
    void close();
}
