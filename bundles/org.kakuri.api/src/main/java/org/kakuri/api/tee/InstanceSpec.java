package org.kakuri.api.tee;

import java.util.Map;
import java.util.UUID;

/**
 * What instance is wanted.
 *
 * @param name for people and logs
 * @param identity identity of the code, which TrustZone calls the TA's UUID; others may ignore it
 * @param memoryBytes upper limit of protected memory, in bytes
 * @param pricing how events are charged
 * @param options backend-specific, documented by the backend; an unknown key is refused
 */
public record InstanceSpec(String name, UUID identity, long memoryBytes, Pricing pricing, Map<String, String> options) {

    /** Copies the options and refuses a size that is not positive. */
    public InstanceSpec {
        options = Map.copyOf(options);
        if (memoryBytes <= 0) {
            throw new IllegalArgumentException("memoryBytes must be positive: memoryBytes=" + memoryBytes);
        }
    }
}
