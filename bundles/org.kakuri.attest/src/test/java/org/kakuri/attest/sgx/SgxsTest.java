package org.kakuri.attest.sgx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.api.tee.Perms;

/**
 * MRENCLAVE, against values that another program computed from the text of the Intel SDM, vol. 3D (ECREATE, EADD, EEXTEND: the
 * records of 64 bytes), and not against our own code.
 */
@Timeout(60)
class SgxsTest {
    /** Of the enclave that {@link #usual} describes; Python's struct and hashlib. */
    private static final String USUAL = "4847115239777ee3b36777e759310d0bf787f34df632272eee7093ccea54405a";
    /** Of "hello" at 0x10000, readable, in an ELRANGE of 1 MiB with one TCS of two SSA frames; Python as well. */
    private static final String LAID_OUT = "bd0e5007146c1eccc3d8b8b5920cd8e3a8f993b7c0740023f38431839e68fb56";

    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();

    private ByteBuffer record(String tag) {
        return ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(Arrays.copyOf(tag.getBytes(StandardCharsets.US_ASCII), 8));
    }

    private SgxsTest ecreate(int ssaFrameSize, long size) {
        stream.writeBytes(record("ECREATE").putInt(ssaFrameSize).putLong(size).array());
        return this;
    }

    private SgxsTest eadd(long offset, long flags) {
        stream.writeBytes(record("EADD").putLong(offset).putLong(flags).array());
        return this;
    }

    private SgxsTest chunk(String tag, long offset, byte[] data) {
        stream.writeBytes(record(tag).putLong(offset).array());
        stream.writeBytes(data);
        return this;
    }

    private SgxsTest page(long offset, long flags, byte[] data) {
        eadd(offset, flags);
        for (int at = 0; at < 4096; at += 256) {
            chunk("EEXTEND", offset + at, Arrays.copyOfRange(data, at, at + 256));
        }
        return this;
    }

    private SgxsTest usual() {
        byte[] tcs = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN).putLong(16, 0x2000).putInt(28, 2).array();
        byte[] data = new byte[4096];
        Arrays.fill(data, (byte) 0x5c);
        return ecreate(1, 0x10000).page(0, 0x100, tcs).page(0x1000, 0x203, data);
    }

    private Sgxs read() throws IOException {
        return Sgxs.read(new ByteArrayInputStream(stream.toByteArray()));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void replaysAStream() throws IOException {
        Sgxs read = usual().read();

        assertEquals(USUAL, hex(read.mrenclave()));
        assertEquals(2, read.pages());
        assertEquals(1, read.threads());
        assertEquals(32, read.measured());
        assertEquals(0x10000, read.size());
    }

    @Test
    void leavesOutWhatIsNotMeasured() throws IOException {
        usual().chunkOfAnotherPage();

        Sgxs read = read();

        assertEquals(1, read.unmeasured());
        assertTrue(!USUAL.equals(hex(read.mrenclave())), "its EADD counts");
    }

    private void chunkOfAnotherPage() {
        eadd(0x2000, 0x201).chunk("UNMEASRD", 0x2000, new byte[256]);
    }

    @Test
    void measuresAsKakuriLaysOut() {
        assertEquals(LAID_OUT, hex(new EnclaveLayout(0, 1 << 20, 1, 2)
                .attach(0x10000, Perms.R, "hello".getBytes(StandardCharsets.US_ASCII))
                .mrenclave()));
    }

    @Test
    void measuresOffsetsAndNotAddresses() {
        assertEquals(LAID_OUT, hex(new EnclaveLayout(0x700000, 1 << 20, 1, 2)
                .attach(0x710000, Perms.R, "hello".getBytes(StandardCharsets.US_ASCII))
                .mrenclave()));
    }

    private void refused(String message) {
        assertEquals("not a canonical SGXS stream: " + message, assertThrows(SgxRefused.class, this::read)
                .getMessage());
    }

    @Test
    void refusesAnEmptyStream() {
        assertEquals("not an SGXS stream: it is empty", assertThrows(SgxRefused.class, this::read).getMessage());
    }

    @Test
    void refusesASecondEcreate() {
        ecreate(1, 0x10000).ecreate(1, 0x10000);
        refused("unknown tag: 0x0045544145524345, at byte 128");
    }

    @Test
    void refusesAStreamThatBeginsLater() {
        eadd(0, 0x203);
        refused("it does not begin with ECREATE: tag=0x0000000044444145, at byte 64");
    }

    @Test
    void refusesAnUnsizedStream() {
        stream.writeBytes(record("UNSIZED").putInt(1).putLong(0).array());
        refused("the size of the enclave is not filled in (UNSIZED), at byte 64");
    }

    @ParameterizedTest
    @CsvSource({
        "0x1001, 0x203, 'EADD is not at an ascending multiple of 4096 inside of the enclave: offset=0x1001, before=0x1000'",
        "0x1000, 0x203, 'EADD is not at an ascending multiple of 4096 inside of the enclave: offset=0x1000, before=0x1000'",
        "0x10000, 0x203, 'EADD is not at an ascending multiple of 4096 inside of the enclave: offset=0x10000, before=0x1000'",
        "0x2000, 0x103, 'EADD has impossible SECINFO.FLAGS: 0x103'",
        "0x2000, 0x202, 'EADD has impossible SECINFO.FLAGS: 0x202'",
        "0x2000, 0x403, 'EADD has impossible SECINFO.FLAGS: 0x403'"})
    void refusesPagesThatCannotBe(String offset, String flags, String message) {
        usual().eadd(Long.decode(offset), Long.decode(flags));
        refused(message + ", at byte 10496");
    }

    /** Also one that is in the page already, which an upstream check lets pass for all chunks but the first. */
    @ParameterizedTest
    @CsvSource({"0x1000", "0x1300", "0x1f00", "0x2000", "0x1080", "0x0"})
    void refusesChunksThatAreNotInThePageOrThereTwice(String offset) {
        usual().chunk("EEXTEND", Long.decode(offset), new byte[256]);
        refused("a chunk is not in the page before it, or there twice: offset=0x%x, page=0x1000, at byte 10496"
                .formatted(Long.decode(offset)));
    }

    @Test
    void refusesToBeCutAnywhereButBehindARecord() {
        byte[] whole = usual().stream.toByteArray();
        for (int length = 1; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            try {
                Sgxs read = Sgxs.read(new ByteArrayInputStream(cut));
                assertTrue(!hex(read.mrenclave()).equals(USUAL), "cut to " + length);
            } catch (SgxRefused | IOException e) {
                assertTrue(e instanceof SgxRefused, () -> "not refused by type: " + e);
            }
        }
    }

    @Test
    void neverFailsOtherwiseThanByRefusingOnWhateverBytes() throws IOException {
        byte[] whole = usual().stream.toByteArray();
        var random = new Random(1);
        for (int i = 0; i < 5000; i++) {
            byte[] other = whole.clone();
            for (int k = 0; k < 3; k++) {
                other[random.nextInt(other.length)] = (byte) random.nextInt();
            }
            try {
                Sgxs.read(new ByteArrayInputStream(other));
            } catch (SgxRefused expected) {
                assertTrue(!expected.getMessage().isBlank());
            }
        }
    }
}
