package org.kakuri.runtime.libos;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.ForwardingBacking;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.AnonymousMapping;
import org.kakuri.platform.linux.Mapping;
import org.kakuri.runtime.libos.image.ProgramClosure;

/** The bytes of an instance: the image's pages, behind them the heap, in one mapping of this process. */
final class InstanceMemory implements AutoCloseable {
    private final Image image;
    private final AnonymousMapping pages;
    private final long imageBytes;
    private final long heapBytes;
    private final List<HostedInstance.Area> areas = new ArrayList<>();
    private volatile boolean asMapped = true;

    /** Pages as they were mapped, at an offset of a template. */
    private record Copied(PageTemplate template, long offset, long bytes) {}

    /** Pages that are zero. */
    private record Zero(long bytes) {}

    /**
     * Maps and fills the memory.
     *
     * @throws org.kakuri.api.Refused if a file cannot be read
     */
    InstanceMemory(Image image, long heapBytes) {
        this.image = image;
        this.imageBytes = image.bytes();
        this.heapBytes = heapBytes;
        long bytes = Math.max(Mapping.PAGE, imageBytes + heapBytes);
        this.pages = image.template()
                .map(ready -> ready.memory(bytes))
                .orElseGet(() -> AnonymousMapping.anywhere(bytes));
        try {
            if (imageBytes > 0) {
                image.template()
                        .ifPresentOrElse(ready -> ready.copy(pages, 0, 0, imageBytes),
                                () -> image.write(pages.segment().asSlice(0, imageBytes)));
            }
        } catch (RuntimeException e) {
            pages.close();
            throw e;
        }
    }

    /** Attaches everything to an instance, from an address on. */
    void attach(TeeInstance instance, long base) {
        for (Image.Piece piece : image.pieces()) {
            attach(instance, base, piece);
        }
        if (heapBytes > 0) {
            attach(instance, base, new Image.Piece("heap", imageBytes, heapBytes, Perms.RW));
        }
    }

    private void attach(TeeInstance instance, long base, Image.Piece piece) {
        instance.attach(base + piece.offset(), new Part(this, piece.offset(),
                Backing.of(pages.segment().asSlice(piece.offset(), piece.bytes()))), piece.perms());
        areas.add(new HostedInstance.Area(piece.purpose(), new Range(base + piece.offset(), piece.bytes())));
    }

    /** Returns what lies where. */
    List<HostedInstance.Area> areas() {
        return List.copyOf(areas);
    }

    /** Returns the heap's bytes. */
    MemorySegment heap() {
        return pages.segment().asSlice(imageBytes, heapBytes);
    }

    /**
     * Puts a program's segments into a range of the heap, one behind the other; the rest of it is zero.
     *
     * @param range offsets in the heap
     * @return bytes that were put there
     */
    long load(ProgramClosure program, Optional<Image> ready, Range range) {
        asMapped = false;
        Optional<PageTemplate> template = ready.flatMap(Image::template);
        if (template.isEmpty()) {
            pages.advise(imageBytes + range.start(), range.bytes(), Mapping.MADV_DONTNEED);
            return Image.write(program.parts(), heap().asSlice(range.start(), range.bytes()));
        }
        long own = ready.get().ownBytes();
        long bytes = ready.get().bytes() - own;
        if (bytes > 0) {
            template.get().copy(pages, imageBytes + range.start(), own, bytes);
        }
        if (range.bytes() > bytes) {
            pages.uncover(imageBytes + range.start() + bytes, range.bytes() - bytes);
        }
        return bytes;
    }

    /** Copies a range of the heap to another one of the same length. */
    void copy(Range from, Range to) {
        asMapped = false;
        MemorySegment.copy(heap(), from.start(), heap(), to.start(), from.bytes());
    }

    private Optional<Object> content(long offset, MemorySegment bytes) {
        if (!asMapped || !image.template().map(ready -> ready.unwritten(bytes)).orElse(false)) {
            return Optional.empty();
        }
        return Optional.of(offset < imageBytes ? new Copied(image.template().get(), offset, bytes.byteSize())
                : new Zero(bytes.byteSize()));
    }

    @Override
    public void close() {
        image.template().ifPresentOrElse(ready -> ready.giveBack(pages), pages::close);
    }

    /** A piece of the memory; scrubbing drops its pages, so that those never touched are not allocated for it. */
    private record Part(InstanceMemory memory, long offset, Backing bytesOf) implements ForwardingBacking {
        @Override
        public void scrub() {
            memory.asMapped = false;
            if (memory.image.template().isPresent()) {
                memory.pages.uncover(offset, bytes());
            } else {
                memory.pages.advise(offset, bytes(), Mapping.MADV_DONTNEED);
            }
        }

        @Override
        public Optional<Object> content() {
            return memory.content(offset, bytesOf.segment().orElseThrow());
        }
    }
}
