package org.kakuri.system.scwatcher.internal.proc;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.kakuri.api.vm.GuestFile;
import org.kakuri.api.vm.GuestMount;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.VirtualMachine.Pause;

/**
 * The guest's own files, from its dentry and page caches. What was read is kept: all of it is about as old as this. Absolute symbolic links
 * are shown relative to where they lie, so that they stay inside wherever the tree is mounted. Devices, pipes and sockets are left
 * out, and so is what the kernel makes up (proc, sysfs). Used from one thread.
 */
public final class StoredFiles implements Tree {
    private static final int LARGEST = 64 << 20;
    private static final int MOST_KEPT = 8;
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int LINK = 0120000;
    private static final Set<String> MADE_UP = Set.of("proc", "sysfs", "devpts", "cgroup", "cgroup2", "securityfs",
            "debugfs", "tracefs", "bpf");

    private final GuestSystem system;
    private final Supplier<Pause> pause;
    private final Set<String> hollow;
    private final Map<String, Optional<List<GuestFile>>> lists = new HashMap<>();
    private final Map<Path, byte[]> contents = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Makes it.
     *
     * @param system read when something is asked for
     * @param pause stops the guest meanwhile
     */
    public StoredFiles(GuestSystem system, Supplier<Pause> pause) {
        this.system = system;
        this.pause = pause;
        try (Pause _ = pause.get()) {
            this.hollow = system.mounts()
                    .rows()
                    .stream()
                    .filter(mount -> MADE_UP.contains(mount.type()))
                    .map(GuestMount::point)
                    .collect(Collectors.toUnmodifiableSet());
        }
    }

    @Override
    public Optional<Entry> find(String path, int reader) {
        if (path.isEmpty()) {
            return folder("/", 0);
        }
        Path at = Path.of("/" + path);
        Optional<GuestFile> file = list(at.getParent().toString()).stream()
                .flatMap(List::stream)
                .filter(one -> one.name().equals(at.getFileName().toString()))
                .findFirst();
        return file.flatMap(one -> entry(at, one));
    }

    private Optional<Entry> entry(Path at, GuestFile file) {
        if (file.directory()) {
            return folder(at.toString(), file.uid());
        }
        return switch (file.mode() & TYPE) {
        case REGULAR -> Optional.of(new Entry.Stored(file.mode(), file.bytes(), () -> content(at), file.uid()));
        case LINK -> Optional.of(new Entry.Link(inside(at, file.link()), file.uid()));
        default -> Optional.empty();
        };
    }

    private static String inside(Path at, String target) {
        return target.startsWith("/") ? at.getParent().relativize(Path.of(target)).toString() : target;
    }

    private Optional<List<GuestFile>> list(String folder) {
        if (hollow.contains(folder)) {
            return Optional.of(List.of());
        }
        return lists.computeIfAbsent(folder, name -> {
            try (Pause _ = pause.get()) {
                return system.list(name);
            }
        });
    }

    private Optional<Entry> folder(String path, int uid) {
        return list(path).map(files -> new Entry.Folder(files.stream()
                .filter(file -> file.directory() || (file.mode() & TYPE) == REGULAR || (file.mode() & TYPE) == LINK)
                .map(file -> file.name() + (file.directory() ? "/" : (file.mode() & TYPE) == LINK ? "@" : ""))
                .toList(), uid));
    }

    private byte[] content(Path at) {
        byte[] content = contents.get(at);
        if (content == null) {
            try (Pause _ = pause.get()) {
                content = system.content(at.toString(), LARGEST).orElse(new byte[0]);
            }
            contents.put(at, content);
            if (contents.size() > MOST_KEPT) {
                contents.remove(contents.keySet().iterator().next());
            }
        }
        return content;
    }
}
