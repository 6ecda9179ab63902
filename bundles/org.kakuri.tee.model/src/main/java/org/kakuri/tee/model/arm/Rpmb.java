package org.kakuri.tee.model.arm;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.kakuri.api.WrongState;

/**
 * The replay protected memory block of the machine's eMMC: small records that only the secure world can write, and a counter
 * that only grows. Thread-safe.
 *
 * @rule JEDEC JESD84-B51, RPMB: a write counter of 32 bits, raised by each successful write, that cannot be reset
 *
 *       <p>
 *       Divergence: authentication of frames (HMAC-SHA256 between secure world and eMMC) is left out, as nothing of the model
 *       can speak to this object but the secure world. One record a write, up to 256 bytes, the size of a frame's data.
 */
public final class Rpmb {
    /** Most bytes of a record. */
    public static final int RECORD_BYTES = 256;
    private static final long LAST = 0xffff_ffffL;

    private final Map<UUID, byte[]> records = new HashMap<>();
    private long writes;

    /** Returns the application's record, empty if it never wrote one. */
    public synchronized Optional<byte[]> read(UUID application) {
        return Optional.ofNullable(records.get(application)).map(byte[]::clone);
    }

    /**
     * Replaces the application's record, atomically.
     *
     * @throws WrongState if the write counter has reached its end
     */
    public synchronized void write(UUID application, byte[] record) {
        if (record.length > RECORD_BYTES) {
            throw new IllegalArgumentException("record of %d bytes, at most %d".formatted(record.length, RECORD_BYTES));
        }
        if (writes == LAST) {
            throw new WrongState("the RPMB is worn out: write counter=" + writes, "take a new machine");
        }
        writes++;
        records.put(application, record.clone());
    }

    /** Returns the write counter. */
    public synchronized long writeCounter() {
        return writes;
    }
}
