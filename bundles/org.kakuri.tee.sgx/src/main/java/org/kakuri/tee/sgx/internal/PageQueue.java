package org.kakuri.tee.sgx.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.kakuri.api.tee.PagedBacking;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.memory.PhysicalSpace;

/**
 * Pages of paged areas in the order they came into the EPC. Used under the lock of the machine's pager.
 * <p>
 * Divergence: Linux gives a page that was accessed since it last looked a second chance; accesses to pages that are there are not
 * seen here. For scans that go round and round both orders evict the same pages.
 */
final class PageQueue {
    private final SequencedSet<Entry> entries = new LinkedHashSet<>();

    private record Entry(EnclavePages block, int page) {}

    /**
     * Pages that follow each other.
     *
     * @param block whose
     * @param first the first of them
     * @param count how many
     */
    record Run(EnclavePages block, int first, int count) {
        PagedBacking paged() {
            return (PagedBacking) block.backing();
        }

        Range bytes() {
            return new Range(first * PhysicalSpace.PAGE, count * PhysicalSpace.PAGE);
        }
    }

    void add(EnclavePages block, int page) {
        entries.addLast(new Entry(block, page));
    }

    void remove(EnclavePages block, int page) {
        entries.remove(new Entry(block, page));
    }

    int size() {
        return entries.size();
    }

    /** Takes the oldest pages out, in their order; those that follow each other as one run. */
    List<Run> oldest(int most) {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < most && !entries.isEmpty(); i++) {
            Entry entry = entries.removeFirst();
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (last != null && last.block() == entry.block() && last.first() + last.count() == entry.page()) {
                runs.set(runs.size() - 1, new Run(entry.block(), last.first(), last.count() + 1));
            } else {
                runs.add(new Run(entry.block(), entry.page(), 1));
            }
        }
        return runs;
    }
}
