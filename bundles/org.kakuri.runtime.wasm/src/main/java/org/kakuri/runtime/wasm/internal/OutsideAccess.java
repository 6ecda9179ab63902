package org.kakuri.runtime.wasm.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.Nearest;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.PhysicalMemory;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.TeeInstance;

/** What somebody outside finds of an instance's memory, and does to it: through the machine, so that its checkers see it. */
final class OutsideAccess {
    private final TeeInstance instance;

    OutsideAccess(TeeInstance instance) {
        this.instance = instance;
    }

    /** Returns where a range of the instance lies, a piece for each attachment; what is not attached is left out. */
    List<MemoryArea> areas(String purpose, Range guest) {
        List<MemoryArea> areas = new ArrayList<>();
        long at = guest.start();
        while (at < guest.end()) {
            Optional<Range> piece = instance.physical(at);
            if (piece.isEmpty()) {
                break;
            }
            long bytes = Math.min(piece.get().bytes(), guest.end() - at);
            areas.add(new MemoryArea(instance.id(), purpose, new Range(at, bytes),
                    new Range(piece.get().start(), bytes)));
            at += bytes;
        }
        return areas;
    }

    /**
     * Makes an access.
     *
     * @throws org.kakuri.api.UsageError if the machine has no checker of the name that is to be off
     */
    HostAccess.Result touch(HostAccess access) {
        PhysicalMemory memory = instance.machine().memory();
        access.checkerOff().filter(name -> !memory.checkers().contains(name)).ifPresent(name -> {
            throw Nearest.unknown("checker", name, memory.checkers());
        });
        Guard guard = memory.guard(access.actor(), access.physical());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = access.write()
                    .map(stored -> arena.allocateFrom(ValueLayout.JAVA_BYTE, stored))
                    .orElseGet(() -> arena.allocate(access.length()));
            Access outcome = access.checkerOff()
                    .map(name -> memory.without(name, () -> make(memory, access, bytes)))
                    .orElseGet(() -> make(memory, access, bytes));
            boolean loaded = access.write().isEmpty() && outcome instanceof Access.Granted;
            return new HostAccess.Result(outcome, loaded ? bytes.toArray(ValueLayout.JAVA_BYTE) : new byte[0], guard);
        }
    }

    private static Access make(PhysicalMemory memory, HostAccess access, MemorySegment bytes) {
        return access.write().isPresent() ? memory.write(access.actor(), access.physical(), bytes)
                : memory.read(access.actor(), access.physical(), bytes);
    }
}
