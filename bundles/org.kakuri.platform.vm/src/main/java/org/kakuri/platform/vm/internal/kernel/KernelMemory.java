package org.kakuri.platform.vm.internal.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMemory;

/**
 * The kernel's virtual addresses over physical memory. The direct map and the kernel image are computed, all else is walked. Every
 * result is checked by the memory; an address that leads nowhere is a {@link GuestFault}.
 */
public final class KernelMemory {
    private final GuestMemory memory;
    private final KernelModel model;
    private final KernelPlace place;
    private final long image;

    KernelMemory(GuestMemory memory, KernelModel model, KernelPlace place) {
        this.memory = memory;
        this.model = model;
        this.place = place;
        this.image = model.find("_end").map(end -> end - model.text()).orElse(64L << 20);
    }

    /** Returns where the kernel is. */
    public KernelPlace place() {
        return place;
    }

    /** Returns the kernel's image. */
    public KernelModel model() {
        return model;
    }

    /** Returns the physical memory. */
    public GuestMemory physicalMemory() {
        return memory;
    }

    /** Returns the virtual address of a symbol of the image. */
    public long symbol(String name) {
        return model.symbol(name) - model.text() + place.textVirtual();
    }

    /** Translates; -1 if there is nothing. */
    public long translate(long virtual) {
        long direct = virtual - place.pageOffset();
        if (direct >= 0 && direct < memory.end() && place.pageOffset() != 0) {
            return direct;
        }
        long inImage = virtual - place.textVirtual();
        if (inImage >= 0 && inImage < image) {
            return inImage + place.textPhysical();
        }
        return PageTables.translate(memory, place.root(), place.levels(), virtual);
    }

    private long physical(long virtual) {
        long physical = translate(virtual);
        if (physical < 0) {
            throw new GuestFault("0x%x is not mapped".formatted(virtual));
        }
        return physical;
    }

    private static boolean crosses(long virtual, int bytes) {
        return (virtual & GuestMemory.PAGE - 1) > GuestMemory.PAGE - bytes;
    }

    /** Reads eight bytes. */
    public long u64(long virtual) {
        if (crosses(virtual, 8)) {
            return number(virtual, 8);
        }
        return memory.readLong(physical(virtual));
    }

    /** Reads four bytes, with sign. */
    public int s32(long virtual) {
        if (crosses(virtual, 4)) {
            return (int) number(virtual, 4);
        }
        return memory.readInt(physical(virtual));
    }

    /** Reads two bytes. */
    public int u16(long virtual) {
        if (crosses(virtual, 2)) {
            return (int) number(virtual, 2);
        }
        return memory.readShort(physical(virtual)) & 0xffff;
    }

    /** Reads one byte. */
    public int u8(long virtual) {
        return memory.readByte(physical(virtual)) & 0xff;
    }

    private long number(long virtual, int width) {
        byte[] bytes = bytes(virtual, width);
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xff;
        }
        return value;
    }

    /** Reads bytes, across pages. */
    public byte[] bytes(long virtual, int length) {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length;) {
            int step = Math.min(length - done, GuestMemory.PAGE - (int) (virtual + done & GuestMemory.PAGE - 1));
            memory.read(physical(virtual + done), bytes, done, step);
            done += step;
        }
        return bytes;
    }

    /** Reads text up to a NUL; what lies behind is not touched page-wise. */
    public String text(long virtual, int most) {
        byte[] bytes = new byte[most];
        for (int done = 0; done < most;) {
            int step = Math.min(most - done, GuestMemory.PAGE - (int) (virtual + done & GuestMemory.PAGE - 1));
            memory.read(physical(virtual + done), bytes, done, step);
            for (int i = done; i < done + step; i++) {
                if (bytes[i] == 0) {
                    return new String(bytes, 0, i, StandardCharsets.ISO_8859_1);
                }
            }
            done += step;
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Reads a user's memory up to the first page that is not there. */
    public byte[] user(long root, long virtual, int length) {
        byte[] bytes = new byte[length];
        int done = 0;
        while (done < length) {
            int step = Math.min(length - done, GuestMemory.PAGE - (int) (virtual + done & GuestMemory.PAGE - 1));
            long physical = PageTables.translate(memory, root, place.levels(), virtual + done);
            if (physical < 0 || !memory.contains(physical, step)) {
                return Arrays.copyOf(bytes, done);
            }
            memory.read(physical, bytes, done, step);
            done += step;
        }
        return bytes;
    }
}
