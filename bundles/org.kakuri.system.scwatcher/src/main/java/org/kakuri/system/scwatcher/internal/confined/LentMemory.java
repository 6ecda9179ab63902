package org.kakuri.system.scwatcher.internal.confined;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.vm.GuestMemory;

/**
 * A running guest's memory behind that of an instance. The guest goes on using it as before, and nobody else writes to it: it
 * is neither scrubbed, which would end the guest, nor protected by pages.
 *
 * @param guest the memory; holes in it are zeros
 */
public record LentMemory(GuestMemory guest) implements Backing {
    @Override
    public long bytes() {
        return (guest.end() + GuestMemory.PAGE - 1) / GuestMemory.PAGE * GuestMemory.PAGE;
    }

    /** What the guest itself does with its memory nobody sees; everybody else goes through the machine. */
    @Override
    public Guard guard(Actor actor) {
        return actor.instance() == 0 ? Guard.EVERY_ACCESS : Guard.NONE;
    }

    @Override
    public void read(long at, MemorySegment to) {
        byte[] page = new byte[GuestMemory.PAGE];
        for (long done = 0; done < to.byteSize();) {
            int inPage = (int) ((at + done) % GuestMemory.PAGE);
            int length = (int) Math.min(GuestMemory.PAGE - inPage, to.byteSize() - done);
            if (guest.contains(at + done, length)) {
                guest.read(at + done, page, 0, length);
                MemorySegment.copy(page, 0, to, ValueLayout.JAVA_BYTE, done, length);
            } else {
                to.asSlice(done, length).fill((byte) 0);
            }
            done += length;
        }
    }

    @Override
    public void write(long at, MemorySegment from) {
        throw new Unsupported("a watched guest's memory is read only", "");
    }

    @Override
    public void protect(Range range, Perms perms) {
        throw new Unsupported("a watched guest protects its own pages", "");
    }

    @Override
    public void scrub() {}
}
