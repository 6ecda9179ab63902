package org.kakuri.platform.vm.internal.compress;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.tukaani.xz.XZInputStream;

/** Decompresses by the first bytes of what it is given. */
public final class Decompress {
    /** What Linux's scripts/extract-vmlinux looks for. */
    private enum Format {
        GZIP(0x1f, 0x8b, 0x08), XZ(0xfd, '7', 'z', 'X', 'Z', 0), ZSTD(0x28, 0xb5, 0x2f, 0xfd), LZ4_LEGACY(0x02, 0x21,
                0x4c, 0x18),
        LZ4_FRAME(0x04, 0x22, 0x4d, 0x18), BZIP2('B', 'Z', 'h'), LZMA(0x5d, 0, 0,
                0),
        LZO(0x89, 'L', 'Z', 'O');

        private final int[] magic;

        Format(int... magic) {
            this.magic = magic;
        }

        private boolean opens(byte[] bytes, int at) {
            if (bytes.length - at < magic.length) {
                return false;
            }
            for (int i = 0; i < magic.length; i++) {
                if ((bytes[at + i] & 0xff) != magic[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private Decompress() {}

    /** Returns whether the bytes open one of the formats known by name. */
    public static boolean compressed(byte[] bytes) {
        return format(bytes, 0).isPresent();
    }

    private static Optional<Format> format(byte[] bytes, int at) {
        for (Format format : Format.values()) {
            if (format.opens(bytes, at)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /**
     * Decompresses a part.
     *
     * @param limit bytes of the result at most
     * @throws Unsupported if the format is not decoded here, naming it
     * @throws Refused if the data is damaged or larger
     */
    public static byte[] all(byte[] bytes, int from, int to, int limit) {
        Format format = format(bytes, from).orElseThrow(() -> new Unsupported(
                "not a compression that is known: it opens with %s".formatted(opening(bytes, from, to)),
                "gzip, xz, zstd and LZ4 are"));
        try {
            return switch (format) {
            case GZIP -> stream(new GZIPInputStream(new ByteArrayInputStream(bytes, from, to - from)), limit);
            case XZ -> stream(new XZInputStream(new ByteArrayInputStream(bytes, from, to - from), 1 << 20), limit);
            case ZSTD -> Zstd.decode(bytes, from, to, limit);
            case LZ4_LEGACY -> Lz4.legacy(bytes, from, to, limit);
            case LZ4_FRAME -> Lz4.frame(bytes, from, to, limit);
            case BZIP2, LZMA, LZO -> throw new Unsupported("compressed by %s, which is not decoded here".formatted(
                    format), "decompress it beforehand; gzip, xz, zstd and LZ4 are decoded");
            };
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new Refused("damaged %s data: %s".formatted(format, e.getMessage()), "is the file complete?", e);
        }
    }

    private static String opening(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < Math.min(to, from + 6); i++) {
            text.append("%02x".formatted(bytes[i]));
        }
        return text.toString();
    }

    private static byte[] stream(InputStream in, int limit) throws IOException {
        Growing out = new Growing(limit);
        byte[] buffer = new byte[1 << 16];
        try (in) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                out.put(buffer, 0, n);
            }
        }
        return out.content();
    }
}
