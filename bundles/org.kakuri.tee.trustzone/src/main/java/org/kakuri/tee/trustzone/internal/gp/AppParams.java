package org.kakuri.tee.trustzone.internal.gp;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Param;
import org.kakuri.api.gp.ParamType;
import org.kakuri.api.gp.TaParams;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.tee.model.memory.PhysicalSpace;

/** An operation's parameters on their way into an application and back. */
final class AppParams implements TaParams, AutoCloseable {
    private static final int INPUT = 1;
    private static final int OUTPUT = 2;
    private static final int MEMORY = 4;

    private static final class Slot {
        private Param param;
        private int type;
        private int a;
        private int b;
        private MemorySegment memory = MemorySegment.NULL;
        private long size;
        private SharedMemory temporary;
    }

    private final List<Slot> slots = new ArrayList<>();
    private long mappedPages;

    private AppParams() {}

    /**
     * Makes the parameters reachable for an application.
     *
     * @return them, or null if they contradict themselves
     */
    static AppParams of(Operation operation, ClientMemory memory) {
        var params = new AppParams();
        try {
            for (Param param : operation.params()) {
                Slot slot = new Slot();
                slot.param = param;
                params.slots.add(slot);
                if (!params.fill(slot, memory)) {
                    params.close();
                    return null;
                }
            }
            return params;
        } catch (RuntimeException e) {
            params.close();
            throw e;
        }
    }

    private boolean fill(Slot slot, ClientMemory memory) {
        slot.type = slot.param.type().value() & (INPUT | OUTPUT | MEMORY);
        switch (slot.param) {
        case Param.None _ -> {}
        case Param.Value value -> {
            if ((slot.type & INPUT) != 0) {
                slot.a = value.a();
                slot.b = value.b();
            }
        }
        case Param.TempMemory temp -> fill(slot, temp, memory);
        case Param.BlockMemory block -> {
            return fill(slot, block);
        }
        }
        return true;
    }

    private void fill(Slot slot, Param.TempMemory temp, ClientMemory memory) {
        temp.size(temp.buffer().byteSize());
        slot.size = temp.size();
        if (slot.size > 0) {
            slot.temporary = memory.share(slot.size);
            slot.memory = slot.temporary.segment().asSlice(0, slot.size);
            if ((slot.type & INPUT) != 0) {
                slot.memory.copyFrom(temp.buffer());
            }
            mapped(slot.size);
        }
    }

    /** @rule TEE Client API 1.0, TEEC_RegisteredMemoryReference: a part lies within its block, in directions the block is for */
    private boolean fill(Slot slot, Param.BlockMemory block) {
        var parent = block.parent();
        boolean whole = block.type() == ParamType.MEMREF_WHOLE;
        if (whole) {
            slot.type = MEMORY | (parent.input() ? INPUT : 0) | (parent.output() ? OUTPUT : 0);
        }
        boolean directions = ((slot.type & INPUT) == 0 || parent.input())
                && ((slot.type & OUTPUT) == 0 || parent.output());
        long size = whole ? parent.bytes() : block.size();
        boolean within = block.offset() >= 0 && size >= 0 && size <= parent.bytes()
                && block.offset() <= parent.bytes() - size;
        MemorySegment memory = parent.memory().segment();
        if (!directions || !within || !memory.scope().isAlive()) {
            return false;
        }
        slot.size = size;
        slot.memory = memory.asSlice(block.offset(), size);
        mapped(size);
        return true;
    }

    private void mapped(long bytes) {
        mappedPages += (bytes + PhysicalSpace.PAGE - 1) / PhysicalSpace.PAGE;
    }

    /** Returns how many pages were mapped for this call. */
    long mappedPages() {
        return mappedPages;
    }

    /** Brings what the application left back to the client. */
    void writeBack() {
        for (Slot slot : slots) {
            if ((slot.type & OUTPUT) == 0) {
                continue;
            }
            if (slot.param instanceof Param.Value value) {
                value.set(slot.a, slot.b);
            } else if (slot.param instanceof Param.Memory memory) {
                memory.size(slot.size);
                if (slot.param instanceof Param.TempMemory temp && slot.temporary != null) {
                    long bytes = Math.min(slot.size, temp.buffer().byteSize());
                    MemorySegment.copy(slot.memory, 0, temp.buffer(), 0, bytes);
                }
            }
        }
    }

    @Override
    public void close() {
        for (Slot slot : slots) {
            if (slot.temporary != null) {
                slot.temporary.close();
            }
        }
    }

    @Override
    public int types() {
        int types = 0;
        for (int i = 0; i < slots.size(); i++) {
            types |= slots.get(i).type << 4 * i;
        }
        return types;
    }

    @Override
    public int a(int index) {
        return value(index).a;
    }

    @Override
    public int b(int index) {
        return value(index).b;
    }

    @Override
    public void set(int index, int a, int b) {
        Slot slot = value(index);
        requireOutput(index, slot);
        slot.a = a;
        slot.b = b;
    }

    @Override
    public MemorySegment memory(int index) {
        Slot slot = memorySlot(index);
        return (slot.type & OUTPUT) == 0 ? slot.memory.asReadOnly() : slot.memory;
    }

    @Override
    public long size(int index) {
        return memorySlot(index).size;
    }

    @Override
    public void size(int index, long bytes) {
        Slot slot = memorySlot(index);
        requireOutput(index, slot);
        if (bytes < 0) {
            throw new IllegalArgumentException("size of parameter %d: bytes=%d".formatted(index, bytes));
        }
        slot.size = bytes;
    }

    private Slot value(int index) {
        Slot slot = slots.get(index);
        if (slot.type == 0 || (slot.type & MEMORY) != 0) {
            throw new IllegalStateException("parameter %d is not a value: type=%d".formatted(index, slot.type));
        }
        return slot;
    }

    private Slot memorySlot(int index) {
        Slot slot = slots.get(index);
        if ((slot.type & MEMORY) == 0) {
            throw new IllegalStateException("parameter %d is not memory: type=%d".formatted(index, slot.type));
        }
        return slot;
    }

    private static void requireOutput(int index, Slot slot) {
        if ((slot.type & OUTPUT) == 0) {
            throw new IllegalStateException("parameter %d is no output: type=%d".formatted(index, slot.type));
        }
    }
}
