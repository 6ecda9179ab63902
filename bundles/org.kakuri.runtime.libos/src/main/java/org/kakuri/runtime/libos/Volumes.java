package org.kakuri.runtime.libos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Refused;
import org.kakuri.runtime.libos.PhaseClock.Phase;
import org.kakuri.runtime.libos.image.ShieldedFolder;

/**
 * The encrypted volumes of one guest: verified and decrypted into folders in memory before it begins, encrypted again when it has
 * ended. The folders are this user's only and go with the guest.
 */
final class Volumes implements AutoCloseable {
    private final Map<String, Path> folders = new LinkedHashMap<>();
    private final List<ShieldedFolder> open = new ArrayList<>();
    private final PhaseClock clock;

    private Volumes(PhaseClock clock) {
        this.clock = clock;
    }

    /**
     * Opens volumes.
     *
     * @param volumes folders with encrypted files by guest path
     * @param key what they are encrypted with
     * @throws Refused if a file of them was changed, exchanged, added or removed
     */
    static Volumes open(Map<String, Path> volumes, byte[] key, PhaseClock clock) {
        var made = new Volumes(clock);
        try (var _ = clock.in(Phase.CRYPTO)) {
            volumes.forEach((guest, folder) -> {
                ShieldedFolder volume = ShieldedFolder.open(folder, key);
                made.open.add(volume);
                made.folders.put(guest, volume.plain());
            });
            return made;
        } catch (RuntimeException e) {
            made.open.forEach(ShieldedFolder::discard);
            throw e;
        }
    }

    /** Returns the decrypted folders by guest path. */
    Map<String, Path> folders() {
        return Map.copyOf(folders);
    }

    /** Encrypts what changed. */
    void save() {
        for (ShieldedFolder volume : open) {
            try (var _ = clock.in(Phase.CRYPTO)) {
                volume.save();
            } catch (IOException e) {
                System.getLogger(Volumes.class.getName())
                        .log(System.Logger.Level.ERROR, "volume " + volume + " was not saved", e);
            }
        }
    }

    /** Encrypts what changed and forgets the plain files. Only when no process can write any more. */
    @Override
    public void close() {
        save();
        open.forEach(ShieldedFolder::discard);
        open.clear();
    }
}
