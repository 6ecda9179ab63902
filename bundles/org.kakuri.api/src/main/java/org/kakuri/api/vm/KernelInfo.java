package org.kakuri.api.vm;

/**
 * A kernel found in memory.
 *
 * @param banner
 *            its version line, as in /proc/version
 * @param release
 *            as {@code uname -r}
 * @param textVirtual
 *            virtual address of its text
 * @param textPhysical
 *            physical address of its text
 * @param pageOffset
 *            virtual address of the direct map
 * @param levels
 *            levels of its page tables
 * @param types
 *            entries of its type information (BTF)
 * @param symbols
 *            its symbols (kallsyms)
 */
public record KernelInfo(String banner, String release, long textVirtual, long textPhysical, long pageOffset,
        int levels, int types, int symbols) {}
