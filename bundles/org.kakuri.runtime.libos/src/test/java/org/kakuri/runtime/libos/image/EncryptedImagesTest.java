package org.kakuri.runtime.libos.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Refused;

/** Volumes and images that were changed, cut off or exchanged are refused. */
@Timeout(60)
class EncryptedImagesTest {
    @TempDir
    Path folder;

    @Test
    void volumeFileCannotBeExchangedWithAnotherOrAnOlderOne() throws Exception {
        byte[] key = SealedImage.newKey();
        Path volume = Files.createDirectory(folder.resolve("volume"));
        ShieldedFolder one = ShieldedFolder.open(volume, key);
        Files.writeString(one.plain().resolve("a"), "first");
        Files.writeString(one.plain().resolve("b"), "other");
        one.save();
        byte[] old = Files.readAllBytes(volume.resolve("a"));
        Files.writeString(one.plain().resolve("a"), "second");
        one.save();
        one.discard();
        byte[] fresh = Files.readAllBytes(volume.resolve("a"));
        Files.write(volume.resolve("a"), old);
        assertThrows(Refused.class, () -> ShieldedFolder.open(volume, key));
        Files.write(volume.resolve("a"), Files.readAllBytes(volume.resolve("b")));
        assertThrows(Refused.class, () -> ShieldedFolder.open(volume, key));
        Files.write(volume.resolve("a"), fresh);
        ShieldedFolder again = ShieldedFolder.open(volume, key);
        assertEquals("second", Files.readString(again.plain().resolve("a")));
        again.discard();
    }

    @Test
    void imageIsRefusedWithAnyByteFlippedOrCutOff() throws Exception {
        Path tree = Files.createDirectories(folder.resolve("tree/d"));
        Files.writeString(tree.resolve("f"), "content");
        Path image = folder.resolve("image");
        byte[] key = SealedImage.newKey();
        SealedImage.seal(SealedImage.tree(folder.resolve("tree")), key, image);
        byte[] good = Files.readAllBytes(image);
        Path out = Files.createDirectory(folder.resolve("out"));
        SealedImage.open(image, key, out);
        assertEquals("content", Files.readString(out.resolve("d/f")));
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            refuses(bad, key, "flip" + i);
            refuses(Arrays.copyOf(good, i), key, "cut" + i);
        }
        refuses(good, SealedImage.newKey(), "key");
    }

    private void refuses(byte[] bytes, byte[] key, String name) throws Exception {
        Path bad = Files.write(folder.resolve("bad"), bytes);
        Path to = Files.createDirectory(folder.resolve(name));
        assertThrows(Refused.class, () -> SealedImage.open(bad, key, to), name);
    }
}
