package org.kakuri.tee.model.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Range;

/** The pieces of an access that no checker refused, to be copied in one go. */
final class AccessPlan {
    private record Piece(Region region, Range range, Decision.Substitute substitute, AccessFault instead) {}

    private final boolean write;
    private final List<Piece> pieces = new ArrayList<>(1);

    AccessPlan(boolean write) {
        this.write = write;
    }

    /** Adds the next piece; plain neighbours in one region become one. */
    void add(Region region, Range range, Decision.Substitute substitute, AccessFault instead) {
        if (!pieces.isEmpty() && substitute == null) {
            Piece last = pieces.getLast();
            if (last.region == region && last.substitute == null) {
                var both = new Range(last.range.start(), last.range.bytes() + range.bytes());
                pieces.set(pieces.size() - 1, new Piece(region, both, null, null));
                return;
            }
        }
        pieces.add(new Piece(region, range, substitute, instead));
    }

    /** Copies, and tells what was seen: the first view that was not plain, if there was one. */
    Access copy(long address, MemorySegment data) {
        Access.Granted seen = Access.Granted.PLAIN;
        for (Piece piece : pieces) {
            MemorySegment part = data.asSlice(piece.range.start() - address, piece.range.bytes());
            if (piece.substitute == null) {
                long at = piece.range.start() - piece.region.range().start();
                if (write) {
                    piece.region.backing().write(at, part);
                } else {
                    piece.region.backing().read(at, part);
                }
                continue;
            }
            seen = seen == Access.Granted.PLAIN ? new Access.Granted(piece.substitute.view(), piece.instead) : seen;
            substitute(piece, part);
        }
        return seen;
    }

    /** Works on a private copy, so that no plain byte shows up in the actor's buffer on the way. */
    private void substitute(Piece piece, MemorySegment part) {
        Substitution by = piece.substitute.by();
        long granule = by.granule();
        long start = piece.range.start() & -granule;
        long end = (piece.range.end() + granule - 1) & -granule;
        long at = start - piece.region.range().start();
        long skip = piece.range.start() - start;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(end - start);
            boolean whole = copy.byteSize() == part.byteSize();
            if (!write || !whole) {
                piece.region.backing().read(at, copy);
                by.show(start, copy);
            }
            if (!write) {
                part.copyFrom(copy.asSlice(skip, part.byteSize()));
                return;
            }
            copy.asSlice(skip, part.byteSize()).copyFrom(part);
            if (by.store(start, copy)) {
                piece.region.backing().write(at, copy);
            }
        }
    }
}
