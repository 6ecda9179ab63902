package org.kakuri.api.tee;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What only code inside can do. Given to {@link InsideCode} and to nobody else; used on the context's own thread.
 */
@ConsumerType
public interface Inside {
    /** Returns the actor that accesses of this code are made as. */
    Actor actor();

    /**
     * Produces evidence about this instance.
     *
     * @param reportData bound into the evidence, at most 64 bytes
     * @throws org.kakuri.api.Unsupported if the backend cannot attest
     */
    Evidence attest(byte[] reportData);

    /**
     * Returns the sealing keys of this instance's code on this machine.
     *
     * @throws org.kakuri.api.Unsupported if the backend has none
     */
    Sealing sealing();

    /**
     * Leaves the instance with {@link Exit.HostCall} and comes back with the answer.
     *
     * @return the host's answer; not to be trusted
     */
    long callHost(HostRequest request);

    /** Takes a pending interrupt, if there is one. Code that can be interrupted anywhere calls it often. */
    void safepoint();

    /**
     * Accepts memory that the host offered after sealing.
     *
     * @throws org.kakuri.api.Unsupported if memory cannot be added
     */
    void accept(Range range);

    /**
     * Makes a further address space in this instance.
     *
     * @throws org.kakuri.api.Unsupported if the architecture has one only
     */
    AddressSpace newSpace(SpaceSpec spec);

    /** Returns an extension that only code inside may use, such as secure storage. */
    default <T> Optional<T> extension(Class<T> type) {
        return Optional.empty();
    }
}
