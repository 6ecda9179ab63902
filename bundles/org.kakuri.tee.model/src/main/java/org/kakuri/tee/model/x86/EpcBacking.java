package org.kakuri.tee.model.x86;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.memory.PhysicalSpace;

/** The bytes of all frames, each where its owner has them; those of frames that are not valid read as zeros. */
record EpcBacking(AtomicReferenceArray<Epc.Frame> frames) implements Backing {
    private static final long PAGE = PhysicalSpace.PAGE;

    @Override
    public long bytes() {
        return frames.length() * PAGE;
    }

    @Override
    public Guard guard(Actor actor) {
        return Guard.EVERY_ACCESS;
    }

    @Override
    public Guard guard(Actor actor, long at) {
        Epc.Frame frame = frames.get((int) (at / PAGE));
        return frame == null ? Guard.EVERY_ACCESS : frame.backing().guard(actor, frame.offset() + at % PAGE);
    }

    @Override
    public void read(long at, MemorySegment to) {
        forEach(at, to, (frame, offset, part) -> {
            if (frame == null) {
                part.fill((byte) 0);
            } else {
                frame.backing().read(frame.offset() + offset, part);
            }
        });
    }

    @Override
    public void write(long at, MemorySegment from) {
        forEach(at, from, (frame, offset, part) -> {
            if (frame != null) {
                frame.backing().write(frame.offset() + offset, part);
            }
        });
    }

    /** What is done with the part of an access that lies in one frame. */
    private interface Part {
        void at(Epc.Frame frame, long offset, MemorySegment bytes);
    }

    private void forEach(long at, MemorySegment bytes, Part action) {
        for (long done = 0; done < bytes.byteSize();) {
            long offset = (at + done) % PAGE;
            long length = Math.min(PAGE - offset, bytes.byteSize() - done);
            action.at(frames.get((int) ((at + done) / PAGE)), offset, bytes.asSlice(done, length));
            done += length;
        }
    }

    @Override
    public void protect(Range range, Perms perms) {
        throw new Unsupported("the EPC as a whole has no protection of its own: range=" + range, "");
    }

    /** Nothing: every page is scrubbed by its owner. */
    @Override
    public void scrub() {}
}
