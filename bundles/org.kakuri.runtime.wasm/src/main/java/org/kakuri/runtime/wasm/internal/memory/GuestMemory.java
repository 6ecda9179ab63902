package org.kakuri.runtime.wasm.internal.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.TrapException;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

/**
 * A guest's linear memory over memory of its TEE instance. Addresses are unsigned 32-bit numbers; every access is checked
 * against the present size and throws {@link OutOfBounds} otherwise. One thread.
 * <p>
 * The size stays below 2 GiB: compiled code drops the static offset of accesses whose base address is 2 GiB or more.
 */
public final class GuestMemory implements Memory {
    /** Most pages of 64 KiB that the engine addresses correctly. */
    public static final int ENGINE_PAGES = 32767;
    /** Bits of an address within a page. */
    public static final int PAGE_SHIFT = 16;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment whole;
    private final MemoryLimits limits;
    private final int ceiling;
    private final Growth growth;
    private MemorySegment memory;
    private int pages;
    private DataSegment[] data = {};

    /** Puts memory of the instance behind pages before the guest may use them. */
    @FunctionalInterface
    public interface Growth {
        /**
         * Asks for pages.
         *
         * @param from first page
         * @param to page behind the last
         * @return false if there is no memory left
         */
        boolean extend(int from, int to);
    }

    /**
     * Takes the initial pages.
     *
     * @param whole room for {@code ceiling} pages, all zero
     * @param limits what the module says
     * @param ceiling most pages it may have
     * @param growth asked for each page before it is used
     * @throws UninstantiableException if the initial pages are not to be had
     */
    public GuestMemory(MemorySegment whole, MemoryLimits limits, int ceiling, Growth growth) {
        this.whole = whole;
        this.limits = limits;
        this.ceiling = Math.min(ceiling, ENGINE_PAGES);
        this.growth = growth;
        if (limits.initialPages() > this.ceiling || !growth.extend(0, limits.initialPages())) {
            throw new UninstantiableException("no memory for the module's %d initial pages of 64 KiB"
                    .formatted(limits.initialPages()));
        }
        resize(limits.initialPages());
    }

    private void resize(int to) {
        pages = to;
        memory = whole.asSlice(0, (long) to << PAGE_SHIFT);
    }

    private static long u(int address) {
        return address & 0xffffffffL;
    }

    /** Returns the memory as it is now; a later {@link #grow} replaces it. */
    public MemorySegment segment() {
        return memory;
    }

    /** Checks that a range lies inside and returns its start as an offset in {@link #segment()}. */
    public long range(int address, int bytes) {
        if (u(address) + u(bytes) > memory.byteSize()) {
            throw new OutOfBounds(address, u(bytes), memory.byteSize());
        }
        return u(address);
    }

    private OutOfBounds outside(int address, long bytes) {
        return new OutOfBounds(address, bytes, memory.byteSize());
    }

    @Override
    public int pages() {
        return pages;
    }

    @Override
    public int grow(int more) {
        int before = pages;
        long after = before + u(more);
        if (after > ceiling || more != 0 && !growth.extend(before, (int) after)) {
            return -1;
        }
        resize((int) after);
        return before;
    }

    @Override
    public int initialPages() {
        return limits.initialPages();
    }

    @Override
    public int maximumPages() {
        return ceiling;
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    @SuppressWarnings("removal")
    public Object lock(int address) {
        return this;
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, int expected, long timeout) {
        throw new TrapException("expected shared memory");
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, long expected, long timeout) {
        throw new TrapException("expected shared memory");
    }

    @Override
    @SuppressWarnings("removal")
    public int notify(int address, int most) {
        range(address, 4);
        return 0;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] segments) {
        data = segments == null ? data : segments.clone();
        for (DataSegment segment : data) {
            if (segment instanceof ActiveDataSegment active) {
                int at = (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
                if (u(at) + active.data().length > memory.byteSize()) {
                    throw new UninstantiableException("data segment does not fit: at=%d, bytes=%d, memory=%d"
                            .formatted(u(at), active.data().length, memory.byteSize()));
                }
                write(at, active.data(), 0, active.data().length);
            }
        }
    }

    @Override
    public void initPassiveSegment(int id, int to, int offset, int bytes) {
        write(to, data[id].data(), offset, bytes);
    }

    @Override
    public void drop(int id) {
        data[id] = PassiveDataSegment.EMPTY;
    }

    /** Does nothing: the engine calls it once, before anything was written, and the pages are zero then. */
    @Override
    public void zero() {
        assert pages == limits.initialPages() : "zeroed after it grew";
    }

    @Override
    public void write(int address, byte[] from, int offset, int bytes) {
        if (u(offset) + u(bytes) > from.length) {
            throw new OutOfBounds(offset, u(bytes), from.length);
        }
        MemorySegment.copy(from, offset, memory, BYTE, range(address, bytes), bytes);
    }

    @Override
    public byte[] readBytes(int address, int bytes) {
        long at = range(address, bytes);
        byte[] copy = new byte[bytes];
        MemorySegment.copy(memory, BYTE, at, copy, 0, bytes);
        return copy;
    }

    @Override
    public void fill(byte value, int from, int to) {
        int bytes = to - from;
        memory.asSlice(range(from, bytes), u(bytes)).fill(value);
    }

    @Override
    public void copy(int to, int from, int bytes) {
        MemorySegment.copy(memory, range(from, bytes), memory, range(to, bytes), u(bytes));
    }

    @Override
    public byte read(int address) {
        try {
            return memory.get(BYTE, u(address));
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 1);
        }
    }

    @Override
    public void writeByte(int address, byte value) {
        try {
            memory.set(BYTE, u(address), value);
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 1);
        }
    }

    @Override
    public short readShort(int address) {
        try {
            return memory.get(SHORT, u(address));
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 2);
        }
    }

    @Override
    public long readU16(int address) {
        return readShort(address) & 0xffffL;
    }

    @Override
    public void writeShort(int address, short value) {
        try {
            memory.set(SHORT, u(address), value);
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 2);
        }
    }

    @Override
    public int readInt(int address) {
        try {
            return memory.get(INT, u(address));
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 4);
        }
    }

    @Override
    public void writeI32(int address, int value) {
        try {
            memory.set(INT, u(address), value);
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 4);
        }
    }

    @Override
    public long readLong(int address) {
        try {
            return memory.get(LONG, u(address));
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 8);
        }
    }

    @Override
    public void writeLong(int address, long value) {
        try {
            memory.set(LONG, u(address), value);
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 8);
        }
    }

    @Override
    public long readF32(int address) {
        return readInt(address);
    }

    @Override
    public float readFloat(int address) {
        try {
            return memory.get(FLOAT, u(address));
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 4);
        }
    }

    @Override
    public void writeF32(int address, float value) {
        try {
            memory.set(FLOAT, u(address), value);
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 4);
        }
    }

    @Override
    public long readF64(int address) {
        return readLong(address);
    }

    @Override
    public double readDouble(int address) {
        try {
            return memory.get(DOUBLE, u(address));
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 8);
        }
    }

    @Override
    public void writeF64(int address, double value) {
        try {
            memory.set(DOUBLE, u(address), value);
        } catch (IndexOutOfBoundsException e) {
            throw outside(address, 8);
        }
    }
}
