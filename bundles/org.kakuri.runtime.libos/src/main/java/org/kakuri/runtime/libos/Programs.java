package org.kakuri.runtime.libos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Refused;
import org.kakuri.runtime.libos.image.ElfFile;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.image.RootView;

/** What programs of a session need, found out once for each as long as its file does not change. Thread-safe. */
final class Programs {
    private static final int MOST_KEPT = 256;
    private final Map<Key, ProgramClosure> known = new ConcurrentHashMap<>();
    private final Path root;

    private record Key(Path root, String guest, Object file, long changed, long bytes) {}

    /** Programs of a root file system. */
    Programs(Path root) {
        this.root = root;
    }

    /**
     * Returns what a program needs.
     *
     * @throws Refused if it is none
     */
    ProgramClosure of(String guest) {
        return of(root, guest);
    }

    /** Returns what the program needs that a process is executing; what cannot be found of it is left out. */
    ProgramClosure executing(int pid) {
        try {
            String exe = Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString();
            String prefix = root.toString();
            String guest = !prefix.equals("/") && exe.startsWith(prefix + "/") ? exe.substring(prefix.length()) : exe;
            return of(root, guest);
        } catch (IOException | Refused e) {
            return alone(Path.of("/proc/" + pid + "/exe"));
        }
    }

    private ProgramClosure of(Path folder, String guest) {
        var view = new RootView(folder);
        Optional<Path> file = view.find(guest);
        if (file.isEmpty()) {
            return ProgramClosure.of(view, guest);
        }
        Key key;
        try {
            var attributes = Files.readAttributes(file.get(), java.nio.file.attribute.BasicFileAttributes.class);
            key = new Key(folder, guest, String.valueOf(attributes.fileKey()), attributes.lastModifiedTime().toMillis(),
                    attributes.size());
        } catch (IOException e) {
            throw new Refused("cannot read %s: %s".formatted(guest, e.getMessage()), "check the file", e);
        }
        if (known.size() > MOST_KEPT) {
            known.clear();
        }
        return known.computeIfAbsent(key, _ -> ProgramClosure.of(view, guest));
    }

    private static ProgramClosure alone(Path file) {
        try {
            return new ProgramClosure(file.toString(),
                    List.of(new ProgramClosure.Part(file.toString(), file, ElfFile.read(file))), Optional.empty());
        } catch (IOException e) {
            return new ProgramClosure(file.toString(), List.of(), Optional.empty());
        }
    }
}
