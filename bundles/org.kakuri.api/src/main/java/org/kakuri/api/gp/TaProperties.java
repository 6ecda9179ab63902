package org.kakuri.api.gp;

import java.util.Objects;
import java.util.UUID;

/**
 * Properties of a trusted application.
 *
 * @rule TEE Internal Core API 1.3.1, TA configuration properties (gpd.ta.appID, singleInstance, multiSession, instanceKeepAlive, dataSize)
 * @param uuid its identity
 * @param singleInstance whether all sessions share one instance
 * @param multiSession whether an instance takes several sessions; counts for single instances only
 * @param keepAlive whether the instance outlives its last session; counts for single instances only
 * @param dataBytes secure memory wanted beside the image, in bytes
 */
public record TaProperties(UUID uuid, boolean singleInstance, boolean multiSession, boolean keepAlive,
        long dataBytes) {
    /** Refuses a missing identity and a negative size. */
    public TaProperties {
        Objects.requireNonNull(uuid);
        if (dataBytes < 0) {
            throw new IllegalArgumentException("dataBytes must not be negative: dataBytes=" + dataBytes);
        }
    }
}
