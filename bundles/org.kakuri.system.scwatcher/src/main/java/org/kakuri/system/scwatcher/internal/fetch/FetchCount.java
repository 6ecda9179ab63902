package org.kakuri.system.scwatcher.internal.fetch;

/**
 * What fetching took.
 *
 * @param requests leaves of the enclave, one for each page or batch
 * @param pages that came
 * @param bytes that came, with tags
 * @param unused pages that came early and were not read
 */
public record FetchCount(long requests, long pages, long bytes, long unused) {
    /** Nothing was fetched. */
    public static final FetchCount NONE = new FetchCount(0, 0, 0, 0);

    /** Returns what was added since. */
    public FetchCount since(FetchCount before) {
        return new FetchCount(requests - before.requests, pages - before.pages, bytes - before.bytes,
                unused - before.unused);
    }
}
