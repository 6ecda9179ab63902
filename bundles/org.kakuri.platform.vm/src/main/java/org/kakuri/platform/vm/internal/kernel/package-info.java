/** What a kernel image alone tells: its sections, types (BTF) and symbols (kallsyms). */
package org.kakuri.platform.vm.internal.kernel;
