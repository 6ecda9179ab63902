package org.kakuri.attest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.tee.Perms;

@Timeout(30)
class TaDigestTest {
    @Test
    void digestsAddressLengthPermissionsAndContent() {
        // printf '\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\3\5abc' | sha256sum
        assertEquals("22cfb2a0d038a8f42e9bfdbf6ed0062ae9855b2ca39c16b6b233b889b821e550",
                HexFormat.of().formatHex(new TaDigest().attach(0x10000, Perms.RX, "abc".getBytes()).digest()));
    }

    @Test
    void tellsBordersAndPermissionsApart() {
        byte[] whole = new TaDigest().attach(0, Perms.R, new byte[8192]).digest();
        byte[] parts = new TaDigest().attach(0, Perms.R, new byte[4096]).attach(4096, Perms.R, new byte[4096]).digest();
        byte[] writable = new TaDigest().attach(0, Perms.RW, new byte[8192]).digest();
        assertNotEquals(HexFormat.of().formatHex(whole), HexFormat.of().formatHex(parts));
        assertNotEquals(HexFormat.of().formatHex(whole), HexFormat.of().formatHex(writable));
    }
}
