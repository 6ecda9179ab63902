package org.kakuri.platform.vm.internal.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;

/** What the real tools compress must come back; what is damaged must be refused. */
@Timeout(60)
class DecompressTest {
    private static final int LIMIT = 8 << 20;

    @TempDir
    Path folder;

    static Stream<List<String>> tools() {
        return Stream.of(List.of("gzip", "-9"), List.of("xz", "-6", "--check=crc32"),
                List.of("xz", "--x86", "--lzma2=dict=1MiB"),
                List.of("zstd", "-q", "-1"), List.of("zstd", "-q", "-19"), List.of("zstd", "-q", "--ultra", "-22"),
                List.of("zstd", "-q", "-7", "--no-check"), List.of("lz4", "-q", "-l"), List.of("lz4", "-q", "-9"),
                List.of("lz4", "-q", "-1", "-B4", "-BX"));
    }

    private byte[] compress(List<String> tool, byte[] content) throws IOException, InterruptedException {
        Path file = folder.resolve("content");
        Files.write(file, content);
        List<String> words = new java.util.ArrayList<>(tool);
        words.add("-c");
        words.add(file.toString());
        Path packed = folder.resolve("packed");
        Process process;
        try {
            process = new ProcessBuilder(words).redirectOutput(packed.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException absent) {
            assumeTrue(false, tool.getFirst() + " is not installed");
            return null;
        }
        assertEquals(true, process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), words.toString());
        return Files.readAllBytes(packed);
    }

    /** Text, noise, zeros and long repetitions, so that every kind of block and table is met. */
    private static byte[] mixture(int seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int part = 0; part < 60; part++) {
            int kind = random.nextInt(5);
            for (int i = 0; i < 200 + random.nextInt(20_000); i++) {
                out.write(switch (kind) {
                case 0 -> "the kernel of the guest, page by page; ".charAt(i * 7 % 39);
                case 1 -> random.nextInt(256);
                case 2 -> 0;
                case 3 -> (int) Math.min(255, Math.abs(random.nextGaussian() * 10));
                default -> i >>> 4;
                });
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("tools")
    void restoresWhatTheToolCompressed(List<String> tool) throws Exception {
        for (byte[] content : List.of(new byte[0], new byte[] {7}, new byte[300_000], mixture(1), mixture(2))) {
            byte[] packed = compress(tool, content);

            assertArrayEquals(content, Decompress.all(packed, 0, packed.length, LIMIT));
        }
    }

    @ParameterizedTest
    @MethodSource("tools")
    void endsOnDamagedData(List<String> tool) throws Exception {
        byte[] packed = compress(tool, mixture(3));
        Random random = new Random(4);
        for (int round = 0; round < 60; round++) {
            byte[] damaged = packed.clone();
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                damaged[6 + random.nextInt(damaged.length - 6)] = (byte) random.nextInt(256);
            }
            int length = random.nextBoolean() ? damaged.length : random.nextInt(6, damaged.length);
            try {
                Decompress.all(damaged, 0, length, LIMIT);
            } catch (KakuriException expected) {
                assertEquals(true, expected.getMessage().length() > 10);
            }
        }
    }

    @Test
    void refusesToGrowBeyondTheLimit() throws Exception {
        byte[] packed = compress(List.of("gzip"), new byte[3 << 20]);

        Refused refused = assertThrows(Refused.class, () -> Decompress.all(packed, 0, packed.length, 1 << 20));

        assertEquals("decompresses to more than 1048576 bytes", refused.getMessage());
    }

    @Test
    void namesWhatItDoesNotDecode() {
        byte[] bzip2 = {'B', 'Z', 'h', '9', 0, 0};
        byte[] unknown = {1, 2, 3, 4, 5, 6, 7};

        assertEquals("compressed by BZIP2, which is not decoded here",
                assertThrows(Unsupported.class, () -> Decompress.all(bzip2, 0, 6, 100)).getMessage());
        assertEquals("not a compression that is known: it opens with 010203040506",
                assertThrows(Unsupported.class, () -> Decompress.all(unknown, 0, 7, 100)).getMessage());
    }
}
