package org.kakuri.api.tee;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The physical address space of a machine, with its checkers in front. Every access names its actor. Thread-safe; an access
 * that a checker refuses has no effect.
 */
@ProviderType
public interface PhysicalMemory {
    /**
     * Loads.
     *
     * @param actor who loads
     * @param address physical address
     * @param to receives the bytes; its size is the length of the access
     * @return how it went
     */
    Access read(Actor actor, long address, MemorySegment to);

    /**
     * Stores.
     *
     * @param actor who stores
     * @param address physical address
     * @param from the bytes; its size is the length of the access
     * @return how it went
     */
    Access write(Actor actor, long address, MemorySegment from);

    /** Returns how accesses of that actor at that address are checked. */
    Guard guard(Actor actor, long address);

    /** Returns the names of the checkers, in the order they are asked. */
    java.util.List<String> checkers();

    /**
     * Switches one checker on or off, for the control run of an attack. Off means that its refusals do not happen; everything
     * measured meanwhile is marked.
     *
     * @throws IllegalArgumentException if there is no such checker
     */
    void enable(String checker, boolean on);

    /**
     * Makes one access with one checker switched off, for the control run of an attack. No other access runs meanwhile, so
     * none goes through that the checker would have refused; the switch is back before this returns, whatever happens.
     *
     * @param checker name of the checker
     * @param access makes the access, on this thread; must not wait for another thread that accesses memory
     * @return what the access returned
     * @throws IllegalArgumentException if there is no such checker
     */
    Access without(String checker, Supplier<Access> access);
}
