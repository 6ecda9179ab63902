package org.kakuri.platform.vm.internal.linux;

import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;

/** Linked lists of the kernel. Each ends at its end, at the first node seen before, at a bad pointer or at a limit. */
final class Chain {
    private final KernelMemory memory;
    private final Skips skips;
    private final String what;
    private final int limit;

    Chain(KernelMemory memory, Skips skips, String what, int limit) {
        this.memory = memory;
        this.skips = skips;
        this.what = what;
        this.limit = limit;
    }

    /** A list_head: circular, the head is no element. */
    void circular(long head, LongConsumer node) {
        follow(head, next -> next == head, node);
    }

    /** An hlist_head: ends with null. */
    void toNull(long head, LongConsumer node) {
        follow(head, next -> next == 0, node);
    }

    /** An hlist_nulls_head: ends with an odd number. */
    void toNulls(long head, LongConsumer node) {
        follow(head, next -> (next & 1) != 0 || next == 0, node);
    }

    private interface End {
        boolean at(long next);
    }

    private void follow(long head, End end, LongConsumer node) {
        Set<Long> seen = new HashSet<>();
        long at = head;
        try {
            for (long next = memory.u64(at); !end.at(next); next = memory.u64(at)) {
                if (!seen.add(next)) {
                    skips.add(what, next, "the list turns back on itself");
                    return;
                }
                if (seen.size() > limit || !skips.step()) {
                    skips.add(what, next, "given up after %d entries".formatted(seen.size()));
                    return;
                }
                at = next;
                visit(node, next);
            }
        } catch (GuestFault broken) {
            skips.add(what, at, "the list breaks off: " + broken.getMessage());
        }
    }

    private void visit(LongConsumer node, long next) {
        try {
            node.accept(next);
        } catch (GuestFault bad) {
            skips.add(what, next, bad.getMessage());
        }
    }
}
