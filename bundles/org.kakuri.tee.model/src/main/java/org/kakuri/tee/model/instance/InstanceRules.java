package org.kakuri.tee.model.instance;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.AddressSpace;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.Sealing;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.memory.Zone;

/**
 * What a backend adds to an {@link InstanceModel}: where its memory lies, what is measured, which events its transitions are,
 * and what code inside can do. One object may serve one instance or all of a backend's.
 * <p>
 * Hooks that build or destroy run under the instance's gate, one at a time. Hooks of a running context run on the context's
 * thread, without a lock, and are the place to record events.
 */
public interface InstanceRules {
    /** Returns the backend's name, for messages. */
    String backend();

    /** Returns the state that code inside accesses memory in. */
    SecurityState securityState();

    /** Returns the options that an instance may be given. Default: none. */
    default Set<String> options() {
        return Set.of();
    }

    /** Returns the zone that attached memory is placed in. Default: ordinary memory. */
    default String zone() {
        return Zone.RAM.name();
    }

    /** Returns how many contexts that have not ended an instance may have. Default: any number. */
    default int maxContexts() {
        return Integer.MAX_VALUE;
    }

    /** Returns whether contexts may be added after sealing. Default: yes. */
    default boolean contextsAfterSeal() {
        return true;
    }

    /** Returns whether memory may be offered after sealing. Default: no. */
    default boolean dynamicMemory() {
        return false;
    }

    /**
     * Returns the backing to place for one that is attached: itself, or one that changes its guard. Default: itself.
     *
     * @param own the instance it becomes memory of
     * @param backing what the host handed over
     */
    default Backing guarded(InstanceModel own, Backing backing) {
        return backing;
    }

    /**
     * Puts memory into the physical address space. Default: as one region of {@link #zone}.
     *
     * @param own the instance it becomes memory of; its state tells whether it is measured or offered
     * @param guest its addresses in the instance
     * @param backing the bytes, as {@link #guarded} returned them
     * @param perms what the code inside may do
     * @throws Unsupported if there is no room
     */
    default Placed place(InstanceModel own, Range guest, Backing backing, Perms perms) {
        PhysicalSpace memory = own.machine().memory();
        return new PlacedRegion(memory, memory.place(zone(), own.name(), backing));
    }

    /** Called when memory was placed, before it is anybody's; throwing undoes it. */
    default void attached(InstanceModel own, Attachment attachment) {}

    /** Called on the context's thread when the code inside accepted memory; throwing refuses it. */
    default void accepted(InstanceModel own, Attachment attachment) {}

    /** Called after an attachment was scrubbed, before its addresses are free. Must not throw. */
    default void detached(InstanceModel own, Attachment attachment) {}

    /**
     * Measures what is attached, in the order it was attached. Digests bytes read back from the backings:
     * {@link Attachment#feed}.
     */
    Measurement measure(InstanceModel own, List<Attachment> attachments);

    /**
     * Called when memory became shared; throwing undoes it. No lock is held.
     *
     * @param registered whether the memory is the host's own, not allocated for sharing
     */
    default void shared(InstanceModel own, Range physical, boolean registered) {}

    /** Called when memory is about to stop being shared. No lock is held. Must not throw. */
    default void unshared(InstanceModel own, Range physical, boolean registered) {}

    /** Called when a context was added. */
    default void contextAdded(ContextRunner context) {}

    /** Called when a context is entered for the first time. */
    default void started(ContextRunner context) {}

    /** Called when a context has left, before the host learns why. */
    default void left(ContextRunner context, Exit exit) {}

    /** Called when a context is about to go on after an exit. */
    default void reentered(ContextRunner context, Exit exit) {}

    /** Called when a context left for the last time; also after a fault. Not called if it was never entered. */
    default void ended(ContextRunner context, Exit.Final exit) {}

    /** Called when memory has been scrubbed: keys are to be forgotten now. */
    default void destroyed(InstanceModel own) {}

    /** Makes evidence. Default: unsupported. */
    default Evidence attest(ContextRunner context, byte[] reportData) {
        throw missing("attestation", "take a backend with the capability attest");
    }

    /** Returns the sealing keys. Default: unsupported. */
    default Sealing sealing(ContextRunner context) {
        throw missing("sealing keys", "take a backend with the capability seal");
    }

    /** Makes an address space; {@link InstanceModel#newSpace} is an implementation. Default: unsupported. */
    default AddressSpace newSpace(ContextRunner context, SpaceSpec spec) {
        throw missing("further address spaces in an instance: space=" + spec.name(),
                "take a backend with the capability address-spaces");
    }

    /** Returns an extension for code inside. Default: none. */
    default <T> Optional<T> insideExtension(ContextRunner context, Class<T> type) {
        return Optional.empty();
    }

    /** Returns a backend for instances inside this one. Default: none. */
    default Optional<TeeBackend> nested(InstanceModel own) {
        return Optional.empty();
    }

    /** Returns the exception for what this backend has not got. */
    default Unsupported missing(String what, String remedy) {
        return new Unsupported("backend " + backend() + " has no " + what, remedy);
    }
}
