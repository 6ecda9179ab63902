package org.kakuri.runtime.libos;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.Perms;
import org.kakuri.platform.linux.Mapping;
import org.kakuri.runtime.libos.image.ElfFile;
import org.kakuri.runtime.libos.image.ProgramClosure;

/**
 * What is measured into an instance: pages of the library operating system's own first, then the segments of programs, one behind the
 * other.
 *
 * @param own pages that no program brings
 * @param parts files whose segments are loaded
 * @param template the same pages, kept ready; empty: they are read from the files
 */
public record Image(List<Pages> own, List<ProgramClosure.Part> parts, Optional<PageTemplate> template) {

    /**
     * Bytes that no program brings.
     *
     * @param purpose what they are, for people
     * @param bytes what they are, whole pages
     * @param perms what code inside may do with them
     */
    public record Pages(String purpose, byte[] bytes, Perms perms) {
        /** Refuses parts of pages. */
        public Pages {
            if (bytes.length % Mapping.PAGE != 0) {
                throw new IllegalArgumentException("no whole pages: bytes=" + bytes.length);
            }
        }
    }

    /** Copies the lists. */
    public Image {
        own = List.copyOf(own);
        parts = List.copyOf(parts);
    }

    /** Returns a program's: with a page of configuration if it has one. */
    public static Image of(ProgramClosure program) {
        byte[] configuration = program.configuration();
        List<Pages> own = configuration.length == 0 ? List.of()
                : List.of(new Pages("configuration", configuration, Perms.R));
        return new Image(own, program.parts(), Optional.empty());
    }

    /** Returns the same with its pages kept ready. */
    Image with(PageTemplate ready) {
        return new Image(own, parts, Optional.of(ready));
    }

    /** Returns how long all of it is. */
    public long bytes() {
        return ownBytes() + parts.stream()
                .flatMap(part -> part.elf().loads().stream())
                .mapToLong(ElfFile.Load::pageBytes)
                .sum();
    }

    /** Returns how long what no program brings is. */
    long ownBytes() {
        return own.stream().mapToLong(pages -> pages.bytes().length).sum();
    }

    /** Returns what it is about, for the instance's identity. */
    String subject() {
        return parts.isEmpty() ? "" : parts.getFirst().guest();
    }

    /**
     * A piece with permissions of its own.
     *
     * @param offset where it begins
     */
    record Piece(String purpose, long offset, long bytes, Perms perms) {}

    /** Returns the pieces in their order. */
    List<Piece> pieces() {
        List<Piece> pieces = new ArrayList<>();
        long at = 0;
        for (Pages pages : own) {
            pieces.add(new Piece(pages.purpose(), at, pages.bytes().length, pages.perms()));
            at += pages.bytes().length;
        }
        for (ProgramClosure.Part part : parts) {
            for (ElfFile.Load load : part.elf().loads()) {
                if (load.memoryBytes() > 0) {
                    pieces.add(new Piece(part.guest(), at, load.pageBytes(), load.perms()));
                    at += load.pageBytes();
                }
            }
        }
        return pieces;
    }

    /**
     * Writes all of it, read from the files.
     *
     * @param to as long as {@link #bytes}, zero
     * @throws Refused if a file cannot be read
     */
    void write(MemorySegment to) {
        long at = 0;
        for (Pages pages : own) {
            to.asSlice(at, pages.bytes().length).copyFrom(MemorySegment.ofArray(pages.bytes()));
            at += pages.bytes().length;
        }
        write(parts, to.asSlice(at));
    }

    /**
     * Writes the segments of programs one behind the other.
     *
     * @return bytes written
     * @throws Refused if a file cannot be read
     */
    static long write(List<ProgramClosure.Part> parts, MemorySegment to) {
        long at = 0;
        for (ProgramClosure.Part part : parts) {
            try (FileChannel file = FileChannel.open(part.file(), StandardOpenOption.READ)) {
                for (ElfFile.Load load : part.elf().loads()) {
                    if (load.memoryBytes() > 0) {
                        read(file, load, to.asSlice(at, load.pageBytes()), part);
                        at += load.pageBytes();
                    }
                }
            } catch (IOException e) {
                throw new Refused("cannot load %s: %s".formatted(part.guest(), e.getMessage()), "check the file", e);
            }
        }
        return at;
    }

    private static void read(FileChannel file, ElfFile.Load load, MemorySegment pages, ProgramClosure.Part part)
            throws IOException {
        ByteBuffer to = pages.asSlice(load.address() % Mapping.PAGE, load.fileBytes()).asByteBuffer();
        while (to.hasRemaining()) {
            if (file.read(to, load.offset() + to.position()) < 0) {
                throw new IOException(part.file() + " became shorter");
            }
        }
    }
}
