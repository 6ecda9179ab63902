package org.kakuri.runtime.occlum.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.runtime.libos.PhaseClock;
import org.kakuri.runtime.libos.PhaseClock.Phase;
import org.kakuri.runtime.libos.SessionRoot;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.image.SealedImage;

/**
 * What the instance boots from: the root file system as an encrypted, integrity-checked image. It is sealed when the session
 * opens, as the deployer would have done before, and then verified and decrypted for real; what came out is what guests see, and
 * may write: it goes with the session. Of this machine's own root only the program that was named is in the image.
 */
final class BootImage {
    /** Bytes of the page with the image's digest, which is measured. */
    static final long CONFIGURATION = 4096;

    private final byte[] configuration;
    private final List<String> notes;

    private BootImage(byte[] configuration, List<String> notes) {
        this.configuration = configuration;
        this.notes = notes;
    }

    static BootImage of(Optional<ProgramClosure> program, SessionRoot root, PhaseClock clock) {
        if (program.isEmpty() && root.folder().toString().equals("/")) {
            return new BootImage(new byte[(int) CONFIGURATION],
                    List.of("this machine's own files are no image: they were neither verified nor encrypted"));
        }
        Path folder;
        try {
            folder = Files.createTempDirectory("kakuri-boot");
        } catch (IOException e) {
            throw new KakuriException("cannot make a folder for the image: " + e.getMessage(), "", e);
        }
        try {
            Map<String, Path> files = program.map(BootImage::files).orElseGet(() -> SealedImage.tree(root.folder()));
            Path sealed = folder.resolve("image");
            byte[] key = SealedImage.newKey();
            SealedImage.seal(files, key, sealed);
            Path open = Files.createDirectory(folder.resolve("root"));
            byte[] digest;
            try (var _ = clock.in(Phase.IMAGE)) {
                digest = SealedImage.open(sealed, key, open);
            }
            if (program.isEmpty()) {
                root.replace(open, folder);
            } else {
                SessionRoot.remove(folder);
            }
            byte[] page = new byte[(int) CONFIGURATION];
            System.arraycopy(digest, 0, page, 0, digest.length);
            List<String> notes = program.isEmpty() ? List.of()
                    : List.of("the image holds the program and its libraries; other files are this machine's");
            return new BootImage(page, notes);
        } catch (IOException e) {
            SessionRoot.remove(folder);
            throw new Refused("the image cannot be made: " + e.getMessage(), "check the image's files", e);
        } catch (RuntimeException e) {
            SessionRoot.remove(folder);
            throw e;
        }
    }

    private static Map<String, Path> files(ProgramClosure program) {
        var files = new TreeMap<String, Path>();
        program.parts().forEach(part -> files.put(part.guest(), part.file()));
        program.script().ifPresent(script -> files.put(script.toString(), script));
        return files;
    }

    /** Returns the page with the image's digest. */
    byte[] configuration() {
        return configuration.clone();
    }

    /** Returns what a reader of the results must know. */
    List<String> notes() {
        return new ArrayList<>(notes);
    }

}
