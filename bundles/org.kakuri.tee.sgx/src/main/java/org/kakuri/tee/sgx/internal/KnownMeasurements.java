package org.kakuri.tee.sgx.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.instance.Attachment;

/**
 * MRENCLAVE of enclaves whose every page says what it holds ({@link org.kakuri.api.tee.Backing#content}): an enclave of the same
 * pages is not digested again. The events are recorded all the same, a processor has no such memory. Thread-safe.
 */
final class KnownMeasurements {
    private static final int MOST = 64;

    private final Map<Layout, byte[]> known = new LinkedHashMap<>();

    private record Pages(Range guest, Perms perms, Object content) {}

    /** Whatever MRENCLAVE depends on. */
    private record Layout(Range elrange, int threads, int ssaFrames, List<Pages> pages) {}

    /** Returns the measurement, computed if it is not known. */
    byte[] of(SgxOptions options, List<Attachment> attachments, Supplier<byte[]> digest) {
        Optional<Layout> layout = layout(options, attachments);
        if (layout.isEmpty()) {
            return digest.get();
        }
        synchronized (known) {
            byte[] before = known.get(layout.get());
            if (before != null) {
                return before.clone();
            }
        }
        byte[] fresh = digest.get();
        synchronized (known) {
            if (known.size() == MOST) {
                known.remove(known.keySet().iterator().next());
            }
            known.put(layout.get(), fresh.clone());
        }
        return fresh;
    }

    private static Optional<Layout> layout(SgxOptions options, List<Attachment> attachments) {
        List<Pages> pages = new ArrayList<>();
        for (Attachment attachment : attachments) {
            Optional<Object> content = attachment.backing().content();
            if (content.isEmpty()) {
                return Optional.empty();
            }
            pages.add(new Pages(attachment.guest(), attachment.perms(), content.get()));
        }
        return Optional.of(new Layout(options.elrange(), options.threads(), options.ssaFrames(), List.copyOf(pages)));
    }
}
