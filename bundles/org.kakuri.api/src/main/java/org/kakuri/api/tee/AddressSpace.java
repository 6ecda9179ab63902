package org.kakuri.api.tee;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A further address space of an instance, over memory that the instance owns. Used by code inside. */
@ConsumerType
public interface AddressSpace extends AutoCloseable {
    /**
     * Maps memory of the instance.
     *
     * @param at address in this space, a multiple of 4096
     * @param guest range in the instance
     * @param perms what this space allows
     * @throws org.kakuri.api.WrongState if the range is taken or not the instance's
     */
    void map(long at, Range guest, Perms perms);

    /** Returns the instance's address behind an address of this space, empty if none is mapped. */
    Optional<Long> resolve(long at);

    /** Removes the space; the memory stays the instance's. Idempotent. */
    @Override
    void close();
}
