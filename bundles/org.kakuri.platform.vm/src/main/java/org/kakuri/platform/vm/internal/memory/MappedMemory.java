package org.kakuri.platform.vm.internal.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMemory;

/** Physical memory that is a segment, or several: a mapped file, a core's parts. The owner keeps them open. */
public final class MappedMemory implements GuestMemory {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * A stretch of memory.
     *
     * @param start physical address of its first byte
     * @param bytes the memory
     */
    public record Part(long start, MemorySegment bytes) {
        private long end() {
            return start + bytes.byteSize();
        }
    }

    private final Part first;
    private final List<Part> others;
    private final long end;

    private MappedMemory(List<Part> parts) {
        List<Part> sorted = parts.stream().sorted(Comparator.comparingLong(Part::start)).toList();
        for (int i = 0; i < sorted.size(); i++) {
            Part part = sorted.get(i);
            if (part.start < 0 || part.end() < part.start || i > 0 && part.start < sorted.get(i - 1).end()) {
                throw new IllegalArgumentException(
                        "parts of memory overlap or wrap round at 0x%x".formatted(part.start));
            }
        }
        this.first = sorted.getFirst();
        this.others = sorted.subList(1, sorted.size());
        this.end = sorted.getLast().end();
    }

    /** Memory in one part. */
    public static MappedMemory of(MemorySegment bytes, long start) {
        return of(List.of(new Part(start, bytes)));
    }

    /** Memory in parts, which must not overlap. */
    public static MappedMemory of(List<Part> parts) {
        return new MappedMemory(parts);
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public boolean contains(long physical, long bytes) {
        return bytes >= 0 && find(physical, bytes) != null;
    }

    private Part find(long physical, long length) {
        if (inside(first, physical, length)) {
            return first;
        }
        for (Part part : others) {
            if (inside(part, physical, length)) {
                return part;
            }
        }
        return null;
    }

    private static boolean inside(Part part, long physical, long length) {
        long at = physical - part.start;
        return at >= 0 && physical >= part.start && at <= part.bytes.byteSize() - length;
    }

    private Part part(long physical, long length) {
        Part part = find(physical, length);
        if (part == null) {
            throw new GuestFault("no memory at physical 0x%x, %d bytes".formatted(physical, length));
        }
        return part;
    }

    @Override
    public void read(long physical, byte[] to, int at, int length) {
        Part part = part(physical, length);
        MemorySegment.copy(part.bytes, ValueLayout.JAVA_BYTE, physical - part.start, to, at, length);
    }

    @Override
    public long readLong(long physical) {
        Part part = part(physical, Long.BYTES);
        return part.bytes.get(LONG, physical - part.start);
    }

    @Override
    public int readInt(long physical) {
        Part part = part(physical, Integer.BYTES);
        return part.bytes.get(INT, physical - part.start);
    }

    @Override
    public short readShort(long physical) {
        Part part = part(physical, Short.BYTES);
        return part.bytes.get(SHORT, physical - part.start);
    }

    @Override
    public byte readByte(long physical) {
        Part part = part(physical, Byte.BYTES);
        return part.bytes.get(ValueLayout.JAVA_BYTE, physical - part.start);
    }
}
