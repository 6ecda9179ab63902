package org.kakuri.api.tee;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A backend on loan: core stands between, so that the backend can be drained, replaced or stopped. Calls after that throw
 * {@link org.kakuri.api.Gone}.
 */
@ProviderType
public interface BackendLease {
    /** Returns what the backend is. */
    BackendInfo info();

    /** Returns the machine that instances are created on. */
    Machine machine();

    /**
     * Creates an instance; it is destroyed at the latest when the lease ends.
     *
     * @throws org.kakuri.api.Unsupported naming what is missing
     */
    TeeInstance create(InstanceSpec spec);

    /** Returns which world crossings one I/O causes. */
    List<Crossing> cross(IoIntent intent);

    /** Returns an extension of the backend; it does not end with the lease. */
    <T> Optional<T> extension(Class<T> type);
}
