package org.kakuri.platform.vm.internal.kernel;

/**
 * Where a kernel is in memory.
 *
 * @param textVirtual virtual address of {@code _text}
 * @param textPhysical physical address of {@code _text}
 * @param root physical address of its page table
 * @param levels of its page tables
 * @param pageOffset virtual address of the direct map
 */
public record KernelPlace(long textVirtual, long textPhysical, long root, int levels, long pageOffset) {
    KernelPlace withPageOffset(long base) {
        return new KernelPlace(textVirtual, textPhysical, root, levels, base);
    }
}
