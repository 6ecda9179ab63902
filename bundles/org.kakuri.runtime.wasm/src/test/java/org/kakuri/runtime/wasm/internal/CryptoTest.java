package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.runtime.RuntimeSession;

/** SHA-512 and Ed25519 of the applications against their specifications' examples, and against the JDK's. */
@Timeout(90)
class CryptoTest {
    @TempDir
    private Path folder;

    @Test
    void giveTheExamplesOfTheirSpecificationsInWebAssembly() {
        try (Bench bench = new Bench(TestBackends.none()); RuntimeSession session = AppRun.open(bench, "crypto_test")) {
            AppRun run = AppRun.of(session, folder, new byte[0], "crypto_test");
            assertEquals("0 failures\n", run.text());
            assertEquals(0, run.status());
        }
    }

    @Test
    void giveThemAsAnOrdinaryProgramToo() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/cc")),
                "no C compiler: apt-get install gcc libc6-dev");
        Path build = AppRun.module("x").resolveSibling("build.sh");
        Path log = folder.resolve("log");
        assertEquals(0, run(log, build.toString(), "--ordinary", folder.toString()),
                () -> Files.exists(log) ? text(log) : "");
        assertEquals(0, run(log, folder.resolve("crypto_test").toString()));
        assertEquals("0 failures\n", text(log));
    }

    private static int run(Path log, String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return process.waitFor();
    }

    private static String text(Path file) {
        return new String(AppRun.content(file));
    }

    @Test
    void agreeWithAnotherImplementation() throws GeneralSecurityException {
        Random random = new Random(8032);
        try (Bench bench = new Bench(TestBackends.none()); RuntimeSession session = AppRun.open(bench, "crypto_test")) {
            for (int i = 0; i < 20; i++) {
                byte[] seed = new byte[32];
                byte[] message = new byte[random.nextInt(400)];
                random.nextBytes(seed);
                random.nextBytes(message);
                if (i < 2) {
                    Arrays.fill(seed, (byte) -i);
                }
                Signature signer = Signature.getInstance("Ed25519");
                signer.initSign(KeyFactory.getInstance("Ed25519")
                        .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
                signer.update(message);
                AppRun run = AppRun.of(session, folder, message, "crypto_test", HexFormat.of().formatHex(seed));
                assertEquals(HexFormat.of().formatHex(signer.sign()), run.text().lines().toList().get(1));
            }
        }
    }
}
