package org.kakuri.runtime.libos.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.tee.Perms;

/**
 * What an instance needs to know of an ELF file for x86-64: its loadable segments, its interpreter, the libraries it
 * names (System V ABI, generic part 4.1 chapter 5, AMD64 supplement). The file is hostile: everything is checked
 * against its size.
 *
 * @param loads loadable segments, in the file's order
 * @param interpreter path of the program interpreter, if it has one
 * @param needed names of the libraries it needs (DT_NEEDED)
 * @param runPath where they are looked for first (DT_RUNPATH or DT_RPATH), colon-separated; empty for nowhere
 */
public record ElfFile(List<Load> loads, Optional<String> interpreter, List<String> needed, String runPath) {
    /** Largest file that is looked at. */
    private static final long MOST_BYTES = 1L << 30;
    private static final int MOST_HEADERS = 256;
    private static final int MOST_TABLE = 1 << 16;
    private static final long MOST_STRINGS = 1 << 20;
    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;
    private static final long PAGE = 4096;

    /**
     * A segment that is loaded.
     *
     * @param offset where its bytes begin in the file
     * @param address where they begin in memory, relative to where the file is loaded
     * @param fileBytes bytes from the file
     * @param memoryBytes bytes in memory; what the file does not fill is zero
     * @param perms what the program may do with it
     */
    public record Load(long offset, long address, long fileBytes, long memoryBytes, Perms perms) {
        /** Returns the bytes of its whole pages. */
        public long pageBytes() {
            return (address % PAGE + memoryBytes + PAGE - 1) / PAGE * PAGE;
        }
    }

    /** The file is no ELF program for this machine. */
    public static final class BadElf extends IOException {
        private static final long serialVersionUID = 1;

        BadElf(String what) {
            super(what);
        }
    }

    /** Returns whether bytes begin as an ELF file does. */
    static boolean isElf(byte[] start) {
        return start.length >= 4 && start[0] == 0x7f && start[1] == 'E' && start[2] == 'L' && start[3] == 'F';
    }

    /**
     * Reads a file.
     *
     * @throws BadElf saying what is wrong with it
     */
    public static ElfFile read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Reader(channel).read();
        }
    }

    private record Reader(FileChannel channel, long size) {
        Reader(FileChannel channel) throws IOException {
            this(channel, channel.size());
        }

        ElfFile read() throws IOException {
            require(size >= HEADER && size <= MOST_BYTES, "size is " + size);
            ByteBuffer header = at(0, HEADER);
            require(header.getInt(0) == 0x464c457f, "it does not begin as ELF files do");
            require(header.get(4) == 2 && header.get(5) == 1, "it is not 64-bit little-endian");
            require(header.getShort(18) == 62, "machine is " + header.getShort(18) + ", not x86-64");
            int type = header.getShort(16);
            require(type == 2 || type == 3, "type is " + type + ", neither executable nor shared");
            int count = Short.toUnsignedInt(header.getShort(56));
            require(header.getShort(54) == PROGRAM_HEADER && count > 0 && count <= MOST_HEADERS,
                    "there are " + count + " program headers");
            ByteBuffer table = at(header.getLong(32), count * PROGRAM_HEADER);
            List<Load> loads = new ArrayList<>();
            Optional<String> interpreter = Optional.empty();
            ByteBuffer dynamic = ByteBuffer.allocate(0);
            for (int at = 0; at < table.limit(); at += PROGRAM_HEADER) {
                long offset = table.getLong(at + 8);
                long bytes = table.getLong(at + 32);
                switch (table.getInt(at)) {
                case PT_LOAD -> loads.add(load(table, at));
                case PT_INTERP -> interpreter = Optional.of(text(at(offset, Math.clamp(bytes, 0, 4096)), 0));
                case PT_DYNAMIC -> dynamic = at(offset, Math.clamp(bytes, 0, MOST_TABLE));
                default -> {}
                }
            }
            require(!loads.isEmpty(), "nothing is loaded");
            return linked(loads, interpreter, dynamic);
        }

        private Load load(ByteBuffer table, int at) throws IOException {
            int flags = table.getInt(at + 4);
            var load = new Load(table.getLong(at + 8), table.getLong(at + 16), table.getLong(at + 32),
                    table.getLong(at + 40), new Perms((flags & 4) != 0, (flags & 2) != 0, (flags & 1) != 0));
            require(load.offset() >= 0 && load.fileBytes() >= 0 && load.offset() <= size - load.fileBytes(),
                    "a segment ends behind the file");
            require(load.memoryBytes() >= load.fileBytes() && load.memoryBytes() <= MOST_BYTES && load.address() >= 0
                    && load.address() < 1L << 47, "a segment has impossible sizes");
            return load;
        }

        private ElfFile linked(List<Load> loads, Optional<String> interpreter, ByteBuffer dynamic) throws IOException {
            List<Long> needed = new ArrayList<>();
            long strings = -1;
            long runPath = -1;
            for (int at = 0; at + 16 <= dynamic.limit() && dynamic.getLong(at) != 0; at += 16) {
                long value = dynamic.getLong(at + 8);
                switch ((int) dynamic.getLong(at)) {
                case DT_NEEDED -> needed.add(value);
                case DT_STRTAB -> strings = value;
                case DT_RPATH, DT_RUNPATH -> runPath = value;
                default -> {}
                }
            }
            if (needed.isEmpty()) {
                return new ElfFile(List.copyOf(loads), interpreter, List.of(), "");
            }
            long table = offset(loads, strings);
            List<String> names = new ArrayList<>();
            for (long name : needed) {
                names.add(string(table, name));
            }
            return new ElfFile(List.copyOf(loads), interpreter, List.copyOf(names),
                    runPath < 0 ? "" : string(table, runPath));
        }

        private long offset(List<Load> loads, long address) throws IOException {
            for (Load load : loads) {
                if (address >= load.address() && address < load.address() + load.fileBytes()) {
                    return load.offset() + address - load.address();
                }
            }
            throw new BadElf("its string table is in no segment");
        }

        private String string(long table, long at) throws IOException {
            require(at >= 0 && at < MOST_STRINGS, "a name lies outside of the string table");
            return text(at(table + at, Math.clamp(size - table - at, 0, 4096)), 0);
        }

        private static String text(ByteBuffer bytes, int from) throws IOException {
            for (int i = from; i < bytes.limit(); i++) {
                if (bytes.get(i) == 0) {
                    return new String(bytes.array(), from, i - from, StandardCharsets.UTF_8);
                }
            }
            throw new BadElf("a name has no end");
        }

        private ByteBuffer at(long offset, int bytes) throws IOException {
            require(offset >= 0 && offset <= size - bytes, "a table ends behind the file");
            ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
            while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {
                continue;
            }
            require(!buffer.hasRemaining(), "it became shorter");
            return buffer.flip();
        }

        private static void require(boolean holds, String otherwise) throws BadElf {
            if (!holds) {
                throw new BadElf(otherwise);
            }
        }
    }
}
