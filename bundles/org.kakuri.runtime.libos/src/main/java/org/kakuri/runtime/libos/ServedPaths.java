package org.kakuri.runtime.libos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.platform.linux.Errno;
import org.kakuri.runtime.libos.calls.Descriptors;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.trace.Decision;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * Puts a tree that a service makes up in place of a folder of the guest's. What a guest asks for is written to a folder in
 * memory at that moment, and the call gets its path there: everything else that can be done to an open file the kernel does.
 * Entries of a folder come in the order in which the tree names them. For one guest; closed with it. Thread-safe.
 */
final class ServedPaths implements PathService, AutoCloseable {
    private static final Path PLACE = Path.of(Descriptors.SERVED);
    private static final Set<Integer> OPENING = Set.of(SystemCallTable.number("open"),
            SystemCallTable.number("openat"));
    private static final int MOST_LINKS = 40;
    private static final Decision ABSENT = new Decision.Answer(-Errno.ENOENT);
    private static final Decision CIRCLE = new Decision.Answer(-Errno.ELOOP);
    private static final Decision BROKEN = new Decision.Answer(-Errno.EIO);

    private final String mount;
    private final ServedTree.View view;
    private final Path base;
    private final Path staged;
    private final Path aside;
    private final boolean newestFirst;
    private final PathService next;
    private final WaysOut out;
    private final PhaseClock clock;

    /**
     * Begins to serve.
     *
     * @param mount absolute path of the guest's
     * @param tree what lies there
     * @param next decides about other paths
     * @param out how the tree asks outside
     * @param clock counts the time of making up
     */
    ServedPaths(String mount, ServedTree tree, PathService next, WaysOut out, PhaseClock clock) {
        this.mount = mount;
        this.next = next;
        this.out = out;
        this.clock = clock;
        try {
            this.base = Files.createTempDirectory(PLACE.getParent(), PLACE.getFileName().toString(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            this.staged = Files.createDirectory(base.resolve("tree"));
            this.aside = Files.createDirectory(base.resolve("aside"));
            this.newestFirst = newestFirst(Files.createDirectory(base.resolve("order")));
        } catch (IOException e) {
            throw new KakuriException("no folder in memory for what is served: " + e.getMessage(), "is /dev/shm there?",
                    e);
        }
        try (var _ = clock.in(PhaseClock.Phase.SERVE)) {
            this.view = tree.open(out);
        } catch (RuntimeException e) {
            SessionRoot.remove(base);
            throw e;
        }
    }

    /** Whether the last entry that was made in a folder is the first that is read: the file system's choice. */
    private static boolean newestFirst(Path probe) throws IOException {
        Files.createFile(probe.resolve("older"));
        Files.createFile(probe.resolve("newer"));
        return names(probe).getFirst().equals("newer");
    }

    private static List<String> names(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    @Override
    public synchronized Decision decide(Tracee tracee, TraceeCall call) {
        Optional<PathArguments> where = PathArguments.of(call);
        Optional<String> path = where.flatMap(arguments -> arguments.absolute(tracee, call)).flatMap(this::below);
        if (path.isEmpty()) {
            return next.decide(tracee, call);
        }
        out.by(tracee.process());
        try {
            return serve(path.get(), where.get(), tracee.process().pid(), OPENING.contains(call.number()));
        } catch (IOException | UncheckedIOException | KakuriException e) {
            System.getLogger(ServedPaths.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot serve " + mount + "/" + path.get(), e);
            return BROKEN;
        }
    }

    @Override
    public boolean outside(Tracee tracee, TraceeCall call) {
        return next.outside(tracee, call);
    }

    /** Returns what follows the mount in a path; what was opened before is known by its place in memory. */
    private Optional<String> below(String path) {
        String normal = normal(path);
        for (String top : List.of(mount, staged.toString())) {
            if (normal.equals(top)) {
                return Optional.of("");
            }
            if (normal.startsWith(top + "/")) {
                return Optional.of(normal.substring(top.length() + 1));
            }
        }
        return Optional.empty();
    }

    private static String normal(String path) {
        Deque<String> names = new ArrayDeque<>();
        for (String name : path.split("/+")) {
            if (name.equals("..")) {
                names.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        return "/" + String.join("/", names);
    }

    private Decision serve(String path, PathArguments where, int reader, boolean opens) throws IOException {
        Deque<String> left = new ArrayDeque<>(Arrays.asList(path.split("/")));
        List<String> done = new ArrayList<>();
        ServedTree.Node node = find("", reader).orElse(new ServedTree.Folder(List.of()));
        int links = 0;
        while (!left.isEmpty()) {
            String name = left.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                if (!done.isEmpty()) {
                    done.removeLast();
                }
                continue;
            }
            done.add(name);
            Optional<ServedTree.Node> found = find(String.join("/", done), reader);
            if (found.isEmpty()) {
                return ABSENT;
            }
            node = found.get();
            if (node instanceof ServedTree.Link(String target) && (where.follows() || !left.isEmpty())) {
                if (++links > MOST_LINKS) {
                    return CIRCLE;
                }
                done.removeLast();
                if (target.startsWith("/")) {
                    Optional<String> inside = below(target);
                    if (inside.isEmpty()) {
                        return left.isEmpty() ? new Decision.Redirect(where.argument(), target) : ABSENT;
                    }
                    done.clear();
                    target = inside.get();
                }
                Arrays.asList(target.split("/")).reversed().forEach(left::push);
                node = find(String.join("/", done), reader).orElse(node);
            }
        }
        Path place = staged.resolve(String.join("/", done));
        put(place, node, opens);
        return new Decision.Redirect(where.argument(), place.toString());
    }

    private Optional<ServedTree.Node> find(String path, int reader) {
        try (var _ = clock.in(PhaseClock.Phase.SERVE)) {
            return view.find(path, reader);
        }
    }

    /** A folder's entries are made when somebody may read them: whatever else is asked has a path of its own. */
    private void put(Path place, ServedTree.Node node, boolean opens) throws IOException {
        if (!place.equals(staged)) {
            folder(place.getParent());
        }
        switch (node) {
        case ServedTree.File file -> {
            Path fresh = Files.write(aside.resolve("fresh"), file.content());
            if (Files.isDirectory(place)) {
                SessionRoot.remove(place);
            }
            Files.move(fresh, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        case ServedTree.Link(String target) -> {
            Files.deleteIfExists(place);
            Files.createSymbolicLink(place, Path.of(target));
        }
        case ServedTree.Folder(List<String> entries) -> {
            folder(place);
            if (opens) {
                list(place, entries);
            }
        }
        }
    }

    /** What lies in a folder has the right name, kind and order; it gets its content when it is asked for. */
    private void list(Path place, List<String> entries) throws IOException {
        var wanted = new LinkedHashMap<String, String>();
        for (String entry : entries) {
            String name = entry.replaceAll("[/@]$", "");
            if (place.equals(place.resolve(name).normalize().getParent())) {
                wanted.put(name, entry);
            }
        }
        List<String> there = names(place);
        List<String> order = List.copyOf(wanted.keySet());
        if (there.equals(order)) {
            return;
        }
        for (String name : there) {
            if (!wanted.containsKey(name)) {
                SessionRoot.remove(place.resolve(name));
            }
        }
        for (String name : newestFirst ? order.reversed() : order) {
            Path at = place.resolve(name);
            if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) { // away and back: it becomes the newest
                Path moved = aside.resolve("moved");
                Files.move(at, moved, StandardCopyOption.ATOMIC_MOVE);
                Files.move(moved, at, StandardCopyOption.ATOMIC_MOVE);
            } else {
                make(at, wanted.get(name));
            }
        }
    }

    private static void make(Path at, String entry) throws IOException {
        if (entry.endsWith("/")) {
            Files.createDirectory(at);
        } else if (entry.endsWith("@")) {
            Files.createSymbolicLink(at, Path.of("."));
        } else {
            Files.createFile(at);
        }
    }

    private static void folder(Path at) throws IOException {
        if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.deleteIfExists(at);
        try {
            Files.createDirectories(at);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("a file lies where a folder should be: " + at, e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            view.close();
        } finally {
            SessionRoot.remove(base);
        }
    }
}
