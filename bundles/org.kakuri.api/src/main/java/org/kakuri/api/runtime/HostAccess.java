package org.kakuri.api.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.Optional;
import org.kakuri.api.Nearest;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.PhysicalMemory;

/**
 * An access that somebody outside makes to memory of a session's machine: what an attack does. Crosses process borders.
 *
 * @param actor who makes it
 * @param physical physical address
 * @param write the bytes to store; empty to load
 * @param length bytes to load; ignored for a store
 * @param checkerOff name of the one checker that is switched off for this access, for the control run
 */
public record HostAccess(Actor actor, long physical, Optional<byte[]> write, int length,
        Optional<String> checkerOff) {
    /** Most bytes one access may touch. */
    public static final int MOST = 1 << 20;

    /** Refuses lengths that are out of range. */
    public HostAccess {
        Objects.requireNonNull(actor);
        write = write.map(byte[]::clone);
        if (length < 0 || length > MOST || write.isPresent() && write.get().length > MOST) {
            throw new IllegalArgumentException("length=" + length + " is out of range: 0 to " + MOST);
        }
    }

    /** Returns a load by the host's kernel. */
    public static HostAccess read(long physical, int length) {
        return new HostAccess(Actor.HOST, physical, Optional.empty(), length, Optional.empty());
    }

    /** Returns a store by the host's kernel. */
    public static HostAccess write(long physical, byte[] bytes) {
        return new HostAccess(Actor.HOST, physical, Optional.of(bytes), 0, Optional.empty());
    }

    /** Returns the same access with one checker switched off. */
    public HostAccess without(String checker) {
        return new HostAccess(actor, physical, write, length, Optional.of(checker));
    }

    /** Returns the same access by somebody else. */
    public HostAccess by(Actor other) {
        return new HostAccess(other, physical, write, length, checkerOff);
    }

    /**
     * Makes the access, through the checkers.
     *
     * @throws org.kakuri.api.UsageError if there is no checker of the name that is to be off
     */
    public Result on(PhysicalMemory memory) {
        checkerOff.filter(name -> !memory.checkers().contains(name)).ifPresent(name -> {
            throw Nearest.unknown("checker", name, memory.checkers());
        });
        Guard guard = memory.guard(actor, physical);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = write.map(stored -> arena.allocateFrom(ValueLayout.JAVA_BYTE, stored))
                    .orElseGet(() -> arena.allocate(length));
            Access outcome = checkerOff.map(name -> memory.without(name, () -> make(memory, bytes)))
                    .orElseGet(() -> make(memory, bytes));
            boolean loaded = write.isEmpty() && outcome instanceof Access.Granted;
            return new Result(outcome, loaded ? bytes.toArray(ValueLayout.JAVA_BYTE) : new byte[0], guard);
        }
    }

    private Access make(PhysicalMemory memory, MemorySegment bytes) {
        return write.isPresent() ? memory.write(actor, physical, bytes) : memory.read(actor, physical, bytes);
    }

    /**
     * How it went.
     *
     * @param outcome granted, or the fault a checker issued
     * @param bytes what a load returned; empty if it was refused
     * @param guard how accesses of that actor at that address are checked
     */
    public record Result(Access outcome, byte[] bytes, Guard guard) {
        /** Copies the bytes. */
        public Result {
            bytes = bytes.clone();
        }
    }
}
