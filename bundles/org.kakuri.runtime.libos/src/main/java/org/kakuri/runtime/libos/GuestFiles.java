package org.kakuri.runtime.libos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.runtime.libos.image.KeyFile;

/** What the mount table of one guest needs: encrypted volumes and trees that services make up. Closed when nothing runs any more. */
final class GuestFiles implements AutoCloseable {
    private static final String VOLUME = "volume:";
    private static final String SERVED = "served:";

    private final List<ServedPaths> served = new ArrayList<>();
    private Volumes volumes;
    private final WaysOut out;
    private final PhaseClock clock;
    private PathService paths = PathService.PLAIN;

    /**
     * Opens what the options name.
     *
     * @param trees trees that services offer
     * @param own trees that the runtime makes up, unless something else is mounted there
     * @param out how trees ask outside
     * @throws Refused if a volume is not what was saved; nothing remains
     */
    GuestFiles(SessionOptions options, ServedTrees trees, Map<String, ServedTree> own, WaysOut out,
            PhaseClock clock) {
        this.out = out;
        this.clock = clock;
        var folders = new LinkedHashMap<String, Path>();
        options.mounts().forEach((guest, what) -> {
            if (what.startsWith(VOLUME)) {
                folders.put(guest, Path.of(what.substring(VOLUME.length())).toAbsolutePath());
            }
        });
        volumes = Volumes.open(folders, folders.isEmpty() ? new byte[0] : key(options), clock);
        try {
            own.keySet()
                    .stream()
                    .filter(guest -> !options.mounts().containsKey(guest))
                    .forEach(guest -> serve(guest, own.get(guest)));
            options.mounts().forEach((guest, what) -> {
                if (what.startsWith(SERVED)) {
                    serve(guest, trees.get(what.substring(SERVED.length())));
                }
            });
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void serve(String guest, ServedTree tree) {
        var made = new ServedPaths(guest, tree, paths, out, clock);
        served.add(made);
        paths = made;
    }

    private static byte[] key(SessionOptions options) {
        Path file = options.key()
                .orElseThrow(() -> new UsageError("an encrypted volume needs a key",
                        "name a file with 64 hexadecimal digits: --option volume.key=FILE"));
        return KeyFile.read(file);
    }

    /** Returns folders to bind, by guest path. */
    Map<String, Path> folders() {
        return volumes.folders();
    }

    /** Returns whether anything is made up, so that calls that name a file have to be seen. */
    boolean serves() {
        return !served.isEmpty();
    }

    /** Returns who decides about paths. */
    PathService paths() {
        return paths;
    }

    /** Encrypts what has changed in the volumes. */
    void save() {
        volumes.save();
    }

    @Override
    public void close() {
        served.forEach(ServedPaths::close);
        served.clear();
        volumes.close();
    }
}
