package org.kakuri.platform.vm.internal.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.Refused;

/** An ELF file for x86-64, read as far as it is needed (System V gABI, Object Files). */
public final class ElfFile {
    private static final int X86_64 = 62;
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final long DT_NEEDED = 1;
    private static final long DT_STRTAB = 5;
    private static final int MOST = 10_000;

    /**
     * A section.
     *
     * @param name its name
     * @param address virtual address; 0 if it is not loaded
     * @param offset in the file
     * @param size in the file
     */
    public record Section(String name, long address, int offset, int size) {}

    /**
     * A segment.
     *
     * @param type PT_
     * @param offset in the file
     * @param address virtual
     * @param physical physical address
     * @param fileSize bytes in the file
     */
    public record Segment(int type, long offset, long address, long physical, long fileSize) {
        /** Returns whether it is loaded. */
        public boolean load() {
            return type == PT_LOAD;
        }
    }

    private final ByteBuffer bytes;

    private ElfFile(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads the header.
     *
     * @throws Refused if it is none for x86-64
     */
    public static ElfFile read(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length < 64 || bytes.getInt(0) != 0x464c457f || content[4] != 2 || content[5] != 1
                || bytes.getShort(18) != X86_64) {
            throw new Refused("not an ELF file for x86-64", "name a Linux program, kernel or core for x86-64");
        }
        return new ElfFile(bytes);
    }

    /** Returns whether the bytes open an ELF file. */
    public static boolean opens(byte[] content) {
        return content.length >= 4 && content[0] == 0x7f && content[1] == 'E' && content[2] == 'L'
                && content[3] == 'F';
    }

    /** Returns its sections. */
    public List<Section> sections() {
        try {
            int table = Math.toIntExact(bytes.getLong(40));
            int entry = bytes.getShort(58) & 0xffff;
            int count = bytes.getShort(60) & 0xffff;
            int names = Math.toIntExact(bytes.getLong(table + (bytes.getShort(62) & 0xffff) * entry + 24));
            List<Section> sections = new ArrayList<>();
            for (int i = 0; i < Math.min(count, MOST); i++) {
                int at = table + i * entry;
                boolean empty = bytes.getInt(at + 4) == 8;
                sections.add(new Section(text(names + bytes.getInt(at)), bytes.getLong(at + 16),
                        (int) bytes.getLong(at + 24), empty ? 0 : (int) bytes.getLong(at + 32)));
            }
            return sections;
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw new Refused("an ELF file whose sections lie outside of it", "is the file complete?", e);
        }
    }

    /**
     * Returns a section.
     *
     * @throws Refused if there is none, or it is not in the file
     */
    public Section section(String name) {
        Section found = sections().stream()
                .filter(section -> section.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new Refused("the ELF file has no section " + name, "is it a complete vmlinux?"));
        if (found.offset < 0 || found.size < 0 || found.offset > bytes.capacity() - found.size) {
            throw new Refused("section %s lies outside of its file".formatted(name), "is the file complete?");
        }
        return found;
    }

    /** Returns its segments. */
    public List<Segment> segments() {
        try {
            int table = Math.toIntExact(bytes.getLong(32));
            int entry = bytes.getShort(54) & 0xffff;
            int count = bytes.getShort(56) & 0xffff;
            List<Segment> segments = new ArrayList<>();
            for (int i = 0; i < Math.min(count, MOST); i++) {
                int at = table + i * entry;
                segments.add(new Segment(bytes.getInt(at), bytes.getLong(at + 8), bytes.getLong(at + 16),
                        bytes.getLong(at + 24), bytes.getLong(at + 32)));
            }
            return segments;
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw new Refused("an ELF file whose segments lie outside of it", "is the file complete?", e);
        }
    }

    /** Returns the program interpreter; empty if it is statically linked. */
    public Optional<String> interpreter() {
        return segments().stream()
                .filter(segment -> segment.type == PT_INTERP)
                .findFirst()
                .map(segment -> text((int) segment.offset));
    }

    /** Returns the names of the libraries it needs. */
    public List<String> needed() {
        List<String> names = new ArrayList<>();
        for (Segment segment : segments()) {
            if (segment.type == PT_DYNAMIC) {
                int strings = offset(dynamic(segment, DT_STRTAB).getFirst());
                dynamic(segment, DT_NEEDED).forEach(name -> names.add(text(strings + name.intValue())));
            }
        }
        return names;
    }

    private List<Long> dynamic(Segment segment, long tag) {
        List<Long> values = new ArrayList<>();
        for (int at = (int) segment.offset; at < segment.offset + segment.fileSize; at += 16) {
            if (bytes.getLong(at) == tag) {
                values.add(bytes.getLong(at + 8));
            }
        }
        return values;
    }

    private int offset(long address) {
        return segments().stream()
                .filter(segment -> segment.load() && address >= segment.address
                        && address < segment.address + segment.fileSize)
                .findFirst()
                .map(segment -> (int) (address - segment.address + segment.offset))
                .orElseThrow(() -> new Refused("address 0x%x is in no segment".formatted(address), ""));
    }

    private String text(int at) {
        int end = at;
        while (bytes.get(end) != 0) {
            end++;
        }
        return new String(bytes.array(), at, end - at, StandardCharsets.ISO_8859_1);
    }
}
