package org.kakuri.platform.vm.internal.kernel;

import java.util.Arrays;
import java.util.Optional;
import org.kakuri.api.Refused;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMemory;

/**
 * Finds a kernel that was put at random addresses: its version line tells the physical one, its page table the virtual one, and
 * only a page table that confirms the physical one counts.
 */
public final class KernelFinder {
    private static final long ALIGNMENT = 2L << 20;
    /** Start of the 1 GiB that kernel text is mapped in. */
    private static final long WINDOW = 0xffffffff80000000L;
    private static final int COMPARED = 64;

    private KernelFinder() {}

    /**
     * Finds it.
     *
     * @throws Refused if the memory does not hold this kernel
     */
    public static KernelMemory find(GuestMemory memory, KernelModel model) {
        byte[] banner = model.banner();
        int compared = Math.min(COMPARED, banner.length);
        long inImage = model.symbol("linux_banner") - model.text();
        byte[] there = new byte[compared];
        int seen = 0;
        for (long text = 0; text + inImage + compared <= memory.end(); text += ALIGNMENT) {
            if (!memory.contains(text + inImage, compared)) {
                continue;
            }
            memory.read(text + inImage, there, 0, compared);
            if (Arrays.equals(there, 0, compared, banner, 0, compared)) {
                seen++;
                Optional<KernelMemory> found = confirm(memory, model, text);
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        throw new Refused(
                "the memory does not hold kernel %s: its version line was found %d times, confirmed by no page table"
                        .formatted(model.release(), seen),
                "is it the kernel that was booted, and has it come up?");
    }

    private static Optional<KernelMemory> confirm(GuestMemory memory, KernelModel model, long text) {
        try {
            long root = text + model.symbol("init_top_pgt") - model.text();
            int levels = model.find("__pgtable_l5_enabled")
                    .filter(symbol -> memory.readInt(text + symbol - model.text()) == 1)
                    .isPresent() ? 5 : 4;
            for (long virtual = WINDOW; virtual < WINDOW + (1L << 30); virtual += ALIGNMENT) {
                if (PageTables.translate(memory, root, levels, virtual) == text) {
                    return Optional.of(withDirectMap(memory, model, new KernelPlace(virtual, text, root, levels, 0)));
                }
            }
            return Optional.empty();
        } catch (GuestFault notAPageTable) {
            return Optional.empty();
        }
    }

    private static KernelMemory withDirectMap(GuestMemory memory, KernelModel model, KernelPlace place) {
        KernelMemory first = new KernelMemory(memory, model, place);
        long base = first.u64(first.symbol("page_offset_base"));
        if (base >= 0 || (base & GuestMemory.PAGE - 1) != 0) {
            throw new GuestFault("page_offset_base is 0x%x".formatted(base));
        }
        return new KernelMemory(memory, model, place.withPageOffset(base));
    }
}
