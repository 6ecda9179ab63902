package org.kakuri.tee.sgx.internal;

import java.util.Arrays;
import java.util.Optional;
import org.kakuri.api.tee.LocalAttestation;
import org.kakuri.api.tee.Measurement;

/** Local attestation by EREPORT and the report key. */
record LocalReports(Credentials credentials) implements LocalAttestation {
    private static final int DATA = 64;

    @Override
    public byte[] target() {
        return TargetInfo.of(credentials.identity()).bytes();
    }

    @Override
    public byte[] report(byte[] target, byte[] data) {
        if (data.length > DATA) {
            throw new IllegalArgumentException("report data has at most 64 bytes: bytes=" + data.length);
        }
        return credentials.ereport(new TargetInfo(target), Arrays.copyOf(data, DATA)).bytes();
    }

    @Override
    public Optional<Proof> check(byte[] report) {
        return Report.of(report)
                .flatMap(credentials::check)
                .map(body -> new Proof(new Measurement("MRENCLAVE", "SHA-256", body.mrenclave()), body.mrsigner(),
                        body.reportData()));
    }
}
