package org.kakuri.tee.model.instance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;

/** Memory of an instance: a range of its addresses, where it lies physically, and what the code inside may do with it. */
public final class Attachment {
    private static final int CHUNK = 64 * 1024;

    private final Range guest;
    private final Placed placed;
    private final Perms perms;
    private final boolean measured;
    private volatile boolean usable;

    Attachment(Range guest, Placed placed, Perms perms, boolean measured) {
        this.guest = guest;
        this.placed = placed;
        this.perms = perms;
        this.measured = measured;
        this.usable = measured;
    }

    /** Returns the addresses that the code inside uses. */
    public Range guest() {
        return guest;
    }

    /** Returns where the bytes lie. */
    public Placed placed() {
        return placed;
    }

    /** Returns the bytes as the backend keeps them. */
    public Backing backing() {
        return placed.backing();
    }

    /** Returns what the code inside may do. */
    public Perms perms() {
        return perms;
    }

    /** Returns whether it was there when the instance was sealed. */
    public boolean measured() {
        return measured;
    }

    /** Returns false for memory that was offered after sealing and is not accepted yet. */
    public boolean usable() {
        return usable;
    }

    /** Digests the bytes as they are in the backing now. */
    public void feed(MessageDigest digest) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(Math.min(CHUNK, guest.bytes()));
            for (long at = 0; at < guest.bytes(); at += chunk.byteSize()) {
                MemorySegment part = chunk.asSlice(0, Math.min(chunk.byteSize(), guest.bytes() - at));
                backing().read(at, part);
                digest.update(part.asByteBuffer());
            }
        }
    }

    void accept() {
        usable = true;
    }

    @Override
    public String toString() {
        return guest + " " + perms;
    }
}
