package org.kakuri.api.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.TeeInstance;

/**
 * Memory of an instance as its session knows it; crosses process borders.
 *
 * @param instance identity of the instance
 * @param purpose what lies there, for people: {@code image}, {@code memory of guest 1}
 * @param guest guest addresses
 * @param physical physical addresses on the session's machine
 */
public record MemoryArea(long instance, String purpose, Range guest, Range physical) {
    /** Returns where a range of an instance lies, a piece for each attachment; what is not attached is left out. */
    public static List<MemoryArea> of(TeeInstance instance, String purpose, Range guest) {
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
}
