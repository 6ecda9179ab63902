package org.kakuri.platform.vm.internal.image;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.vm.GuestMemory;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VmInfo;
import org.kakuri.platform.vm.internal.compress.Decompress;
import org.kakuri.platform.vm.internal.kernel.ElfFile;
import org.kakuri.platform.vm.internal.memory.MappedMemory;

/**
 * Memory that was recorded to a file: raw, an ELF core whose segments name physical addresses, or either compressed. An
 * uncompressed file is mapped and must not shrink meanwhile.
 */
public final class RecordedMemory implements VirtualMachine {
    private static final int LARGEST_UNPACKED = 1 << 30;
    private static final int HEADER = 1 << 16;

    private final String name;
    private final Path kernel;
    private final Arena arena;
    private final MappedMemory memory;
    private final long bytes;
    private final Consumer<VirtualMachine> closed;
    private boolean gone;

    private RecordedMemory(String name, Path kernel, Arena arena, List<MappedMemory.Part> parts,
            Consumer<VirtualMachine> closed) {
        this.name = name;
        this.kernel = kernel;
        this.arena = arena;
        this.memory = MappedMemory.of(parts);
        this.bytes = parts.stream().mapToLong(part -> part.bytes().byteSize()).sum();
        this.closed = closed;
    }

    /** Opens a file. */
    public static RecordedMemory open(String name, Path image, Path kernel, Consumer<VirtualMachine> closed) {
        Arena arena = Arena.ofShared();
        try {
            return new RecordedMemory(name, kernel, arena, parts(content(image, arena)), closed);
        } catch (IOException e) {
            arena.close();
            throw new KakuriException("cannot read %s: %s".formatted(image, e.getMessage()), "", e);
        } catch (IllegalArgumentException e) {
            arena.close();
            throw new Refused("%s is no memory image: %s".formatted(image, e.getMessage()), "", e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static MemorySegment content(Path image, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
            if (channel.size() == 0) {
                throw new Refused(image + " is empty", "name a memory image");
            }
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            byte[] opening = mapped.asSlice(0, Math.min(8, mapped.byteSize()))
                    .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            if (!Decompress.compressed(opening)) {
                return mapped;
            }
        }
        if (Files.size(image) > LARGEST_UNPACKED) {
            throw new Unsupported("%s is compressed and larger than 1 GiB".formatted(image),
                    "decompress it beforehand");
        }
        byte[] packed = Files.readAllBytes(image);
        byte[] unpacked = Decompress.all(packed, 0, packed.length, LARGEST_UNPACKED);
        return arena.allocate(unpacked.length, GuestMemory.PAGE).copyFrom(MemorySegment.ofArray(unpacked));
    }

    private static List<MappedMemory.Part> parts(MemorySegment content) {
        byte[] opening = content.asSlice(0, Math.min(HEADER, content.byteSize()))
                .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        if (!ElfFile.opens(opening)) {
            return List.of(new MappedMemory.Part(0, content));
        }
        List<MappedMemory.Part> parts = new ArrayList<>();
        for (ElfFile.Segment segment : ElfFile.read(opening).segments()) {
            if (segment.load() && segment.fileSize() > 0) {
                if (segment.offset() < 0 || segment.fileSize() > content.byteSize() - segment.offset()) {
                    throw new Refused("a segment of the core lies outside of its file: offset %d, %d bytes".formatted(
                            segment.offset(), segment.fileSize()), "is the file complete?");
                }
                parts.add(new MappedMemory.Part(segment.physical(),
                        content.asSlice(segment.offset(), segment.fileSize())));
            }
        }
        if (parts.isEmpty()) {
            throw new Refused("an ELF file without memory in it", "name a core, for example of dump-guest-memory");
        }
        return parts;
    }

    @Override
    public VmInfo info() {
        return new VmInfo(name, VmInfo.Kind.IMAGE, VmInfo.State.RECORDED, "", "", bytes,
                kernel.getFileName().toString(), 0, 0);
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public Path kernel() {
        return kernel;
    }

    @Override
    public Pause pause() {
        return () -> {};
    }

    @Override
    public String console() {
        return "";
    }

    @Override
    public String run(String command, Duration timeout) {
        throw new Unsupported("%s is recorded memory and runs nothing".formatted(name), "vm:start boots a guest");
    }

    @Override
    public void record(Path file) {
        throw new Unsupported("%s is recorded memory already".formatted(name), "copy its file");
    }

    @Override
    public synchronized void close() {
        if (!gone) {
            gone = true;
            arena.close();
            closed.accept(this);
        }
    }
}
