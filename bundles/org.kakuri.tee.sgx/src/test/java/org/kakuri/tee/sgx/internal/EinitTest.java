package org.kakuri.tee.sgx.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.attest.sgx.SigStruct;
import org.kakuri.attest.sgx.SigStruct.Statement;

/** What EINIT demands: Intel SDM vol. 3D, EINIT, operation. Codes are typed from table 41-3. */
@Timeout(60)
class EinitTest {
    @TempDir
    Path folder;

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private TeeInstance enclave(Map<String, String> options) {
        TeeInstance enclave = bench.create(options);
        enclave.attach(Bench.AT, Backing.of(bench.pages(1, 1)), Perms.RW);
        return enclave;
    }

    private byte[] mrenclave() {
        try (TeeInstance enclave = enclave(Map.of())) {
            return enclave.seal().digest();
        }
    }

    private static Statement with(byte[] hash, long attributes, long xfrm, int misc) {
        return new Statement(hash, 0x20261121, attributes, xfrm, -1, -1, misc, -1, 0, 0);
    }

    /** An enclave is built as its SIGSTRUCT asks; so each row is made fail by a SIGSTRUCT or a flag that contradicts it. */
    static Stream<Arguments> refusals() {
        return Stream.of(Arguments.of("HEADER", 1, "SGX_INVALID_SIG_STRUCT", change(0)),
                Arguments.of("HEADER2", 1, "SGX_INVALID_SIG_STRUCT", change(24)),
                Arguments.of("EXPONENT", 1, "SGX_INVALID_SIG_STRUCT", change(512)),
                Arguments.of("reserved", 1, "SGX_INVALID_SIG_STRUCT", change(1030)),
                Arguments.of("SIGNATURE", 8, "SGX_INVALID_SIGNATURE", change(600)),
                Arguments.of("Q1", 8, "SGX_INVALID_SIGNATURE", change(1050)),
                Arguments.of("Q2", 8, "SGX_INVALID_SIGNATURE", change(1430)),
                Arguments.of("ISVSVN", 8, "SGX_INVALID_SIGNATURE", change(1026)),
                Arguments.of("ENCLAVEHASH", 4, "SGX_INVALID_MEASUREMENT",
                        resigned(sig -> with(new byte[32], 4, 3, 0))),
                Arguments.of("EINITTOKENKEY", 2, "SGX_INVALID_ATTRIBUTE",
                        resigned(sig -> with(sig.enclaveHash(), 4 | 32, 3, 0))));
    }

    private static UnaryOperator<byte[]> change(int at) {
        return bytes -> {
            bytes[at] ^= 1;
            return bytes;
        };
    }

    private static UnaryOperator<byte[]> resigned(java.util.function.Function<SigStruct, Statement> statement) {
        return bytes -> DevelopmentSigner.sign(statement.apply(SigStruct.of(bytes))).bytes();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void refusesWithItsCode(String what, int code, String name, UnaryOperator<byte[]> change) throws Exception {
        byte[] good = DevelopmentSigner.sign(mrenclave(), 0, 0, false).bytes();
        Path file = Files.write(folder.resolve("sig"), change.apply(good));
        TeeInstance enclave = enclave(Map.of("sigstruct", file.toString()));

        var refused = assertThrows(LeafRefused.class, enclave::seal);

        assertEquals("EINIT: " + name + " (" + code + ")", refused.getMessage().replaceAll("\\): .*", ")"));
        assertEquals(InstanceState.BUILDING, enclave.state());
    }

    @Test
    void takesWhatIsSignedForIt() throws Exception {
        byte[] hash = mrenclave();
        Path file = Files.write(folder.resolve("sig"), DevelopmentSigner.sign(hash, 5, 6, false).bytes());

        assertEquals(java.util.HexFormat.of().formatHex(hash), enclave(Map.of("sigstruct", file.toString())).seal()
                .hex());
    }

    /** The host may not make an enclave debuggable that was signed not to be: ATTRIBUTEMASK covers DEBUG. */
    @Test
    void refusesDebugWhereTheSignerForbidsIt() throws Exception {
        Path file = Files.write(folder.resolve("sig"), DevelopmentSigner.sign(mrenclave(), 0, 0, false).bytes());
        TeeInstance enclave = enclave(Map.of("sigstruct", file.toString(), "debug", "on"));

        assertEquals(SgxError.SGX_INVALID_ATTRIBUTE, assertThrows(LeafRefused.class, enclave::seal).error());
    }

    @Test
    void takesDebugWhereTheMaskLeavesItOpen() throws Exception {
        var open = new Statement(mrenclave(), 0x20261121, 4, 3, ~2L, -1, 0, -1, 0, 0);
        Path file = Files.write(folder.resolve("sig"), DevelopmentSigner.sign(open).bytes());

        enclave(Map.of("sigstruct", file.toString(), "debug", "on")).seal();
    }

    /** MISCSELECT and XFRM: the SECS is held against the SIGSTRUCT under its masks. */
    @Test
    void comparesMiscSelectAndXfrmUnderTheirMasks() {
        byte[] hash = new byte[32];
        var secs = new Secs(new org.kakuri.api.tee.Range(0, 1 << 20), 1, 4, 7);
        for (int[] masks : new int[][] {{0, 0, 1}, {1, 0, 0}, {0, 4, 0}}) {
            SigStruct sig = DevelopmentSigner.sign(
                    new Statement(hash, 0x20261121, 4, 3, -1, masks[1], 0, masks[0], 0, 0));
            var request = new Einit.Request(sig, secs, hash, false);
            if (masks[2] == 1) {
                Einit.require(request);
            } else {
                assertEquals(SgxError.SGX_INVALID_ATTRIBUTE,
                        assertThrows(LeafRefused.class, () -> Einit.require(request)).error());
            }
        }
    }
}
