package org.kakuri.tee.sgx.internal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.kakuri.attest.sgx.ReportBody;

/**
 * A report: 384 bytes of body, 32 of KEYID, 16 of MAC.
 *
 * @rule Intel SDM vol. 3D, 38.15 (REPORT), table 38-21
 */
record Report(ReportBody body, byte[] keyId, byte[] mac) {
    static final int BYTES = ReportBody.BYTES + 32 + 16;

    byte[] bytes() {
        return ByteBuffer.allocate(BYTES).put(body.bytes()).put(keyId).put(mac).array();
    }

    static Optional<Report> of(byte[] bytes) {
        return bytes.length != BYTES ? Optional.empty()
                : Optional.of(new Report(new ReportBody(Arrays.copyOf(bytes, ReportBody.BYTES)),
                        Arrays.copyOfRange(bytes, ReportBody.BYTES, ReportBody.BYTES + 32),
                        Arrays.copyOfRange(bytes, ReportBody.BYTES + 32, BYTES)));
    }
}
