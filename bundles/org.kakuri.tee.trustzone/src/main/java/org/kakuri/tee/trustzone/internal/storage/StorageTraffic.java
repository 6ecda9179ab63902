package org.kakuri.tee.trustzone.internal.storage;

/** Told what the storage asks of the normal world, which has the files and the driver of the eMMC. */
public interface StorageTraffic {
    /** Counts nothing. */
    StorageTraffic UNCOUNTED = (_, _) -> {};

    /**
     * One request and its answer.
     *
     * @param event which kind, one of {@link SecureFiles}' events
     * @param bytes bytes moved
     */
    void request(String event, long bytes);
}
