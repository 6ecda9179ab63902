package org.kakuri.api.experiment;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** One point of a sweep, ready to be measured. Used from one thread, except that {@link #close} comes from another when a trial is given up. */
@ConsumerType
public interface Trial extends AutoCloseable {
    /** Returns what is compared. The engine interleaves them, block by block. */
    List<Arm> arms();

    /** Ends processes and sessions. Idempotent. */
    @Override
    void close();
}
