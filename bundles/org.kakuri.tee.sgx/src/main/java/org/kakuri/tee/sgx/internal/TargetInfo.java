package org.kakuri.tee.sgx.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.kakuri.api.Refused;
import org.kakuri.attest.sgx.ReportBody;

/**
 * Whom a report is for. Little-endian; what is not listed is zero.
 *
 * <pre>
 * offset | size | field
 * 0      | 32   | MEASUREMENT: MRENCLAVE of the target
 * 32     | 16   | ATTRIBUTES
 * 52     | 4    | MISCSELECT
 * </pre>
 *
 * @rule Intel SDM vol. 3D, 38.16 (TARGETINFO), table 38-22
 */
record TargetInfo(byte[] bytes) {
    static final int BYTES = 512;

    TargetInfo {
        if (bytes.length != BYTES) {
            throw new Refused("a TARGETINFO has %d bytes, these are %d".formatted(BYTES, bytes.length),
                    "take what target() returned inside of the other instance");
        }
        bytes = bytes.clone();
    }

    static TargetInfo of(ReportBody.Identity identity) {
        return new TargetInfo(ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, identity.mrenclave())
                .putLong(32, identity.attributes())
                .putLong(40, identity.xfrm())
                .putInt(52, identity.miscSelect())
                .array());
    }

    /** Returns as much of the target's identity as the report key depends on. */
    ReportBody.Identity identity() {
        ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return new ReportBody.Identity(fields.getInt(52), fields.getLong(32), fields.getLong(40),
                Arrays.copyOf(bytes, 32), new byte[32], 0, 0);
    }
}
