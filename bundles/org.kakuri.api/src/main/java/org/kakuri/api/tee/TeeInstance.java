package org.kakuri.api.tee;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The host's handle of an enclave, trusted application, confidential VM or realm: it can build, run and destroy it, and can
 * neither attest nor unseal in its name. Implemented by backends. Thread-safe.
 */
@ConsumerType
public interface TeeInstance extends AutoCloseable {
    /** Returns the identity that actors of this instance carry; never 0, unique on its machine. */
    long id();

    /** Returns the machine it lives on. */
    Machine machine();

    /** Returns the state now. */
    InstanceState state();

    /**
     * Puts memory behind a range of guest addresses. While BUILDING the bytes are measured; later the range is offered and
     * becomes usable when the code inside accepts it.
     *
     * @param guestAddress start, a multiple of 4096
     * @param backing the bytes; its size is a multiple of 4096
     * @param perms what the code inside may do
     * @throws org.kakuri.api.Unsupported if there is no memory left, or none may be added after sealing
     * @throws org.kakuri.api.WrongState if destroyed, or the range is taken
     */
    void attach(long guestAddress, Backing backing, Perms perms);

    /**
     * Ends building. The measurement digests bytes read back from the backings, never an input file.
     *
     * @throws org.kakuri.api.WrongState if not BUILDING
     */
    Measurement seal();

    /**
     * Adds a context that will execute the given code.
     *
     * @throws org.kakuri.api.Unsupported if the architecture or the instance has no room for one
     */
    Context addContext(ContextSpec spec);

    /**
     * Allocates memory that both sides may touch; hostile by default.
     *
     * @param bytes size, rounded up to pages
     */
    SharedMemory share(long bytes);

    /**
     * Registers memory of the host that exists already as shared.
     *
     * @param descriptor descriptor of a memfd or shared-memory file in this process; duplicated, the caller keeps his own
     * @param bytes size, at most the file's
     */
    SharedMemory register(int descriptor, long bytes);

    /** Returns the physical range behind a guest address, up to the end of its attachment; empty where there is none. */
    Optional<Range> physical(long guestAddress);

    /** Returns a backend whose instances live inside this one, where the architecture nests. */
    default Optional<TeeBackend> nested() {
        return Optional.empty();
    }

    /** Returns the events of this instance. */
    Ledger ledger();

    /** Destroys it: contexts are stopped, memory is scrubbed, keys are forgotten. Idempotent. */
    @Override
    void close();
}
