package org.kakuri.runtime.wasm.internal.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.types.MemoryLimits;

@Timeout(60)
class GuestMemoryTest {
    private static final int PAGE = 65536;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment room = arena.allocate(4 * PAGE);
    private int available = 3;
    private final GuestMemory memory = new GuestMemory(room, new MemoryLimits(1, 4), 4, (from, to) -> to <= available);

    @AfterEach
    void close() {
        arena.close();
    }

    private void outside(Executable access) {
        assertThrows(OutOfBounds.class, access);
    }

    @Test
    void storesLittleEndianAndUnaligned() {
        memory.writeI32(1, 0x04030201);
        assertEquals(1, memory.read(1));
        assertEquals(0x0302, memory.readShort(2));
        memory.writeLong(7, 0x8877665544332211L);
        assertEquals(0x44332211, memory.readInt(7));
        assertEquals(0x8877665544332211L, memory.readLong(7));
        memory.writeShort(20, (short) 0xfffe);
        assertEquals(0xfffeL, memory.readU16(20));
        memory.writeF32(24, 1.5f);
        assertEquals(Float.floatToRawIntBits(1.5f), memory.readF32(24));
        assertEquals(1.5f, memory.readFloat(24));
        memory.writeF64(32, -2.5);
        assertEquals(Double.doubleToRawLongBits(-2.5), memory.readF64(32));
        assertEquals(-2.5, memory.readDouble(32));
    }

    @Test
    void checksEveryAccessAgainstItsPresentSize() {
        memory.writeByte(PAGE - 1, (byte) 7);
        outside(() -> memory.read(PAGE));
        outside(() -> memory.readShort(PAGE - 1));
        outside(() -> memory.readInt(PAGE - 3));
        outside(() -> memory.readLong(PAGE - 7));
        outside(() -> memory.writeI32(-1, 0));
        outside(() -> memory.writeLong(0x80000000, 0));
        outside(() -> memory.writeF64(-8, 0));
        outside(() -> memory.readBytes(1, PAGE));
        outside(() -> memory.readBytes(0, -1));
        outside(() -> memory.write(PAGE - 1, new byte[2], 0, 2));
        outside(() -> memory.write(0, new byte[2], 1, 2));
        outside(() -> memory.fill((byte) 1, PAGE - 1, PAGE + 1));
        outside(() -> memory.fill((byte) 1, 10, 9));
        outside(() -> memory.copy(0, PAGE - 1, 2));
        outside(() -> memory.copy(PAGE - 1, 0, 2));
        outside(() -> memory.copy(0, 0, -1));
        assertEquals("out of bounds memory access: address=4294967295, bytes=4, memory=65536",
                assertThrows(OutOfBounds.class, () -> memory.readInt(-1)).getMessage());
        memory.copy(PAGE, PAGE, 0);
        memory.fill((byte) 1, PAGE, PAGE);
        assertEquals(0, room.get(java.lang.foreign.ValueLayout.JAVA_BYTE, PAGE), "nothing behind its end was touched");
    }

    @Test
    void copiesOverlappingRanges() {
        memory.write(0, new byte[] {1, 2, 3, 4, 5}, 0, 5);
        memory.copy(1, 0, 4);
        assertArrayEquals(new byte[] {1, 1, 2, 3, 4}, memory.readBytes(0, 5));
        memory.copy(0, 1, 4);
        assertArrayEquals(new byte[] {1, 2, 3, 4, 4}, memory.readBytes(0, 5));
    }

    @Test
    void growsWhileThereIsMemory() {
        assertEquals(1, memory.grow(0));
        assertEquals(1, memory.grow(2));
        memory.writeByte(3 * PAGE - 1, (byte) 9);
        assertEquals(-1, memory.grow(1), "nothing left");
        assertEquals(3, memory.pages());
        available = 10;
        assertEquals(-1, memory.grow(2), "above its ceiling");
        assertEquals(-1, memory.grow(-1));
        assertEquals(3, memory.grow(1));
        assertEquals(9, memory.read(3 * PAGE - 1));
    }

    @Test
    void startsOnlyWithItsInitialPages() {
        assertEquals("no memory for the module's 4 initial pages of 64 KiB", assertThrows(UninstantiableException.class,
                () -> new GuestMemory(room, new MemoryLimits(4, 4), 4, (from, to) -> to <= available)).getMessage());
    }
}
