package org.kakuri.tee.sgx.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.LocalAttestation;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.attest.sgx.ReportBody;
import org.kakuri.tee.model.x86.SgxCpu;

/** EGETKEY, EREPORT and what hangs on them: Intel SDM vol. 3D, EGETKEY and table 41-56; EREPORT. */
@Timeout(60)
class KeysTest {
    private static final byte[] LABEL = "l".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PLAIN = "what is sealed".getBytes(StandardCharsets.US_ASCII);
    private static final Map<String, String> SIGNER = Map.of("seal.to", "signer");

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    /** RFC 4493, section 4: the four examples. */
    @ParameterizedTest
    @CsvSource({"0, bb1d6929e95937287fa37d129b756746", "16, 070a16b46b4d4144f79bdd9dd04a287c",
        "40, dfa66747de9ae63030ca32611497c827", "64, 51f0bebf7e3b9d92fc49741779363cfe"})
    void macsAsTheRfcsExamples(int length, String mac) {
        byte[] key = HexFormat.of().parseHex("2b7e151628aed2a6abf7158809cf4f3c");
        byte[] message = HexFormat.of()
                .parseHex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                        + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");

        assertEquals(mac, HexFormat.of().formatHex(Cmac.of(key, Arrays.copyOf(message, length))));
    }

    private byte[] sealed(int fill, Map<String, String> options) throws Exception {
        return bench.inside(fill, options, inside -> inside.sealing().seal(LABEL, PLAIN));
    }

    private byte[] unsealed(int fill, Map<String, String> options, byte[] sealed) throws Exception {
        return bench.inside(fill, options, inside -> inside.sealing().unseal(LABEL, sealed));
    }

    private static Map<String, String> version(int svn) {
        return Map.of("seal.to", "signer", "isvsvn", Integer.toString(svn));
    }

    @Test
    void sealsToTheSignerAcrossAnUpgradeAndNotADowngrade() throws Exception {
        byte[] old = sealed(1, version(3));
        byte[] young = sealed(2, version(4));

        assertArrayEquals(PLAIN, unsealed(2, version(4), old), "another enclave, a later version");
        assertEquals(SgxError.SGX_INVALID_ISVSVN,
                assertThrows(LeafRefused.class, () -> unsealed(1, version(3), young)).error());
    }

    @Test
    void sealsAcrossAnUpgradeOfTheProcessorAndNotADowngrade() throws Exception {
        SgxCpu cpu = SgxCpu.of(bench.machine);
        byte[] first = cpu.svn();
        byte[] second = first.clone();
        second[0]++;
        byte[] old = sealed(1, Map.of());
        cpu.update(second);
        byte[] young = sealed(1, Map.of());

        assertArrayEquals(PLAIN, unsealed(1, Map.of(), old));
        cpu.update(first);
        assertEquals(SgxError.SGX_INVALID_CPUSVN,
                assertThrows(LeafRefused.class, () -> unsealed(1, Map.of(), young)).error());
    }

    @Test
    void doesNotOpenForAnotherEnclaveProductOrADebuggableOne() throws Exception {
        byte[] toEnclave = sealed(1, Map.of());
        byte[] toSigner = sealed(1, SIGNER);

        assertThrows(Refused.class, () -> unsealed(2, Map.of(), toEnclave));
        assertArrayEquals(PLAIN, unsealed(2, SIGNER, toSigner));
        assertThrows(Refused.class, () -> unsealed(1, Map.of("seal.to", "signer", "isvprodid", "1"), toSigner));
        assertThrows(Refused.class, () -> unsealed(1, Map.of("seal.to", "signer", "debug", "on"), toSigner));
    }

    static Stream<Arguments> refusals() {
        byte[] svn = new byte[16];
        byte[] beyond = svn.clone();
        beyond[15] = 1;
        byte[] id = new byte[32];
        byte[] reserved = KeyRequest.of(4, 1, 0, svn, id).bytes();
        reserved[100] = 1;
        return Stream.of(Arguments.of("SGX_INVALID_KEYNAME", KeyRequest.of(5, 0, 0, svn, id)),
                Arguments.of("SGX_INVALID_ATTRIBUTE", KeyRequest.of(1, 0, 0, svn, id)),
                Arguments.of("SGX_INVALID_ATTRIBUTE", KeyRequest.of(2, 0, 0, svn, id)),
                Arguments.of("SGX_INVALID_ATTRIBUTE", KeyRequest.of(0, 0, 0, svn, id)),
                Arguments.of("SGX_INVALID_CPUSVN", KeyRequest.of(4, 1, 0, beyond, id)),
                Arguments.of("SGX_INVALID_ISVSVN", KeyRequest.of(4, 1, 1, svn, id)),
                Arguments.of("#GP(0)", new KeyRequest(reserved)),
                Arguments.of("#GP(0)", KeyRequest.of(4, 4, 0, svn, id)));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesKeysWithItsCode(String error, KeyRequest request) {
        SgxCpu.of(bench.machine).update(new byte[16]);
        var own = new ReportBody.Identity(0, 5, 3, new byte[32], new byte[32], 0, 0);

        var refused = assertThrows(LeafRefused.class, () -> new Keys(bench.machine).egetkey(request, own));

        assertTrue(refused.getMessage().startsWith("EGETKEY: " + error), refused.getMessage());
    }

    /** Table 41-56: what each key depends on; a change of the rest gives the same key. */
    @Test
    void derivesFromWhatTheTableLists() {
        var keys = new Keys(bench.machine);
        byte[] svn = SgxCpu.of(bench.machine).svn();
        byte[] id = new byte[32];
        byte[] one = new byte[32];
        one[0] = 1;
        var own = new ReportBody.Identity(0, 5 | 16, 3, one, one, 1, 1);
        var otherCode = new ReportBody.Identity(0, 5 | 16, 3, id, one, 1, 1);
        var otherSigner = new ReportBody.Identity(0, 5 | 16, 3, one, id, 1, 1);
        KeyRequest toCode = KeyRequest.of(4, 1, 0, svn, id);
        KeyRequest toSigner = KeyRequest.of(4, 2, 0, svn, id);
        KeyRequest provisioning = KeyRequest.of(1, 0, 0, svn, id);

        assertFalse(Arrays.equals(keys.egetkey(toCode, own), keys.egetkey(toCode, otherCode)));
        assertArrayEquals(keys.egetkey(toCode, own), keys.egetkey(toCode, otherSigner));
        assertFalse(Arrays.equals(keys.egetkey(toSigner, own), keys.egetkey(toSigner, otherSigner)));
        assertArrayEquals(keys.egetkey(toSigner, own), keys.egetkey(toSigner, otherCode));
        assertFalse(Arrays.equals(keys.egetkey(toSigner, own),
                keys.egetkey(KeyRequest.of(4, 2, 0, svn, one), own)), "KEYID");
        assertFalse(Arrays.equals(keys.egetkey(provisioning, own), keys.egetkey(provisioning, otherSigner)));
        assertArrayEquals(keys.egetkey(provisioning, own),
                keys.egetkey(KeyRequest.of(1, 0, 0, svn, one), own), "no KEYID in provisioning keys");
    }

    @Test
    void provesItselfToAnotherEnclaveOfTheMachineOnly() throws Exception {
        byte[] data = {1, 2, 3};
        byte[] target = bench.inside(2, Map.of(), inside -> local(inside).target());
        byte[] report = bench.inside(1, Map.of(), inside -> local(inside).report(target, data));

        Optional<LocalAttestation.Proof> proof = bench.inside(2, Map.of(), inside -> local(inside).check(report));
        Optional<LocalAttestation.Proof> third = bench.inside(3, Map.of(), inside -> local(inside).check(report));
        byte[] expected;
        try (TeeInstance enclave = bench.create(Map.of())) {
            enclave.attach(Bench.AT, Backing.of(bench.pages(2, 1)), Perms.RW);
            expected = enclave.seal().digest();
        }

        assertArrayEquals(expected, proof.orElseThrow().measurement().digest());
        assertArrayEquals(Arrays.copyOf(data, 64), proof.get().data());
        assertEquals(Optional.empty(), third, "made for another enclave");
        try (Bench other = new Bench()) {
            assertEquals(Optional.empty(), other.inside(2, Map.of(), inside -> local(inside).check(report)));
        }
        for (int at : new int[] {0, 64, 128, 320, 383, 384, 431}) {
            byte[] forged = report.clone();
            forged[at] ^= 1;
            assertEquals(Optional.empty(), bench.inside(2, Map.of(), inside -> local(inside).check(forged)),
                    "byte " + at);
        }
        assertEquals(Optional.empty(), bench.inside(2, Map.of(), inside -> local(inside).check(new byte[431])));
    }

    private static LocalAttestation local(org.kakuri.api.tee.Inside inside) {
        return inside.extension(LocalAttestation.class).orElseThrow();
    }
}
