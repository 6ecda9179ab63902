package org.kakuri.api.gp;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Private storage of one trusted application: an extension for code inside
 * ({@link org.kakuri.api.tee.Inside#extension}). The bytes lie encrypted where the host keeps them, so the host can destroy
 * them; what it changes, swaps or brings back from the past is refused. Thread-safe.
 *
 * @rule TEE Internal Core API 1.3.1, trusted storage: atomic, bound to application and device, at most 64 bytes of id
 */
@ConsumerType
public interface SecureStorage {
    /** TEE_OBJECT_ID_MAX_LEN. */
    int MAX_ID_BYTES = 64;

    /**
     * Stores an object, replacing what was there; either wholly or not at all.
     *
     * @param id its name, 1 to 64 bytes of UTF-8
     * @param data its content
     */
    void put(String id, byte[] data);

    /**
     * Returns an object, empty if there is none.
     *
     * @throws org.kakuri.api.Refused if what the host keeps is not what was stored last
     */
    Optional<byte[]> get(String id);

    /** Deletes an object. Returns whether there was one. */
    boolean delete(String id);

    /** Returns the names of the objects, sorted. */
    List<String> list();
}
