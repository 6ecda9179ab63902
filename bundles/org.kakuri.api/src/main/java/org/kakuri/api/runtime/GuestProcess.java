package org.kakuri.api.runtime;

import java.util.Optional;
import org.kakuri.api.Deadline;
import org.kakuri.api.tee.LedgerSnapshot;
import org.osgi.annotation.versioning.ConsumerType;

/** A program that runs in a session. Thread-safe. */
@ConsumerType
public interface GuestProcess {
    /** Returns the number it has in its session. */
    long id();

    /**
     * Waits for its end.
     *
     * @return how it ended; empty if it still runs at the deadline
     * @throws org.kakuri.api.Gone if its session or host process went away
     * @throws org.kakuri.api.KakuriException if the waiting thread was interrupted; the guest runs on
     */
    Optional<GuestExit> waitFor(Deadline deadline);

    /** Ends it, also out of an endless loop; returns at once, {@link #waitFor} tells the end. */
    void kill(String reason);

    /** Returns the architectural events it caused so far. */
    LedgerSnapshot ledger();
}
