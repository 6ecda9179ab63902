package org.kakuri.tck.internal;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.tee.Machine;
import org.kakuri.attest.internal.PsaTokenVerifier;
import org.kakuri.tck.ContractKit;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** The backends that Kakuri comes with keep the contract. */
@Timeout(120)
class RealBackendsTest {
    private final TrustZoneBackend trustzone = new TrustZoneBackend(64);
    private final ContractKit kit = ContractKit.of(ContractKit.LIMIT,
            Map.of(trustzone.info().evidenceFormat().orElseThrow(), new PsaTokenVerifier()));

    @Test
    void nonePasses() {
        try (var a = new MachineModel("a", Machine.ANY); var b = new MachineModel("b", Machine.ANY)) {
            Results.assertPasses(kit.backend(new NoneBackend(), a, b), "unsupported.address-spaces",
                    "unsupported.dynamic-memory", "unsupported.shared-memory", "access.host-read", "access.device-read",
                    "access.host-write", "access.device-write", "access.fault", "access.control", "attest.genuine",
                    "attest.nonce", "attest.measurement", "attest.machine", "attest.bit-flip", "attest.format",
                    "attest.report-size", "seal.round-trip", "seal.hidden", "seal.other-code", "seal.other-machine",
                    "seal.other-label", "seal.changed", "nested.offered", "nested.destroyed");
        }
    }

    @Test
    void trustzonePasses() {
        try (var a = new MachineModel("a", Machine.ARM); var b = new MachineModel("b", Machine.ARM)) {
            Results.assertPasses(kit.backend(trustzone, a, b), "unsupported.attest", "unsupported.seal",
                    "unsupported.shared-memory", "spaces.maps", "spaces.apart", "spaces.taken", "spaces.not-own",
                    "spaces.closed", "dynamic.accepted", "dynamic.offered", "dynamic.not-offered",
                    "dynamic.accept-twice", "scrub.later", "nested.offered", "nested.destroyed");
        }
    }
}
