package org.kakuri.api.tee;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A backend lent without core between: for contract kits and tests, which have a backend in their hands. It never ends; whoever
 * made the instances destroys them, at the latest with their machine. A record of backend and machine implements it.
 */
@ConsumerType
public interface DirectLease extends BackendLease {
    /** Returns the backend that is lent. */
    TeeBackend backend();

    @Override
    default BackendInfo info() {
        return backend().info();
    }

    @Override
    default TeeInstance create(InstanceSpec spec) {
        return backend().create(machine(), spec);
    }

    @Override
    default List<Crossing> cross(IoIntent intent) {
        return backend().cross(intent);
    }

    @Override
    default <T> Optional<T> extension(Class<T> type) {
        return backend().extension(type);
    }
}
