package org.kakuri.runtime.libos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.platform.linux.Errno;
import org.kakuri.runtime.libos.calls.Descriptors;
import org.kakuri.runtime.libos.trace.Decision;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * Puts a tree that a service makes up in place of a folder of the guest's. What a guest asks for is written to a folder in
 * memory at that moment, and the call gets its path there: everything else that can be done to an open file the kernel does.
 * Used on the tracer's thread of one guest; closed with it.
 */
final class ServedPaths implements PathService, AutoCloseable {
    private static final Path PLACE = Path.of(Descriptors.SERVED);
    private static final int MOST_LINKS = 40;
    private static final Decision ABSENT = new Decision.Answer(-Errno.ENOENT);
    private static final Decision CIRCLE = new Decision.Answer(-Errno.ELOOP);
    private static final Decision BROKEN = new Decision.Answer(-Errno.EIO);

    private final String mount;
    private final ServedTree.View view;
    private final Path staged;
    private final PathService next;
    private final WaysOut out;
    private final PhaseClock clock;
    private boolean youngestFirst = true;

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
            this.staged = Files.createTempDirectory(PLACE.getParent(), PLACE.getFileName().toString(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new KakuriException("no folder in memory for what is served: " + e.getMessage(), "is /dev/shm there?",
                    e);
        }
        try (var _ = clock.in(PhaseClock.Phase.SERVE)) {
            this.view = tree.open(out);
        } catch (RuntimeException e) {
            SessionRoot.remove(staged);
            throw e;
        }
    }

    @Override
    public Decision decide(Tracee tracee, TraceeCall call) {
        Optional<PathArguments> where = PathArguments.of(call);
        Optional<String> path = where.flatMap(arguments -> arguments.absolute(tracee, call)).flatMap(this::below);
        if (path.isEmpty()) {
            return next.decide(tracee, call);
        }
        out.by(tracee.process());
        try {
            return serve(path.get(), where.get(), tracee.process().pid());
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

    private Decision serve(String path, PathArguments where, int reader) throws IOException {
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
        put(place, node);
        return new Decision.Redirect(where.argument(), place.toString());
    }

    private Optional<ServedTree.Node> find(String path, int reader) {
        try (var _ = clock.in(PhaseClock.Phase.SERVE)) {
            return view.find(path, reader);
        }
    }

    private void put(Path place, ServedTree.Node node) throws IOException {
        if (!place.equals(staged)) {
            folder(place.getParent());
        }
        switch (node) {
        case ServedTree.File file -> {
            Path fresh = Files.write(place.resolveSibling(".fresh"), file.content());
            if (Files.isDirectory(place)) {
                SessionRoot.remove(place);
            }
            Files.move(fresh, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        case ServedTree.Link(String target) -> {
            Files.deleteIfExists(place);
            Files.createSymbolicLink(place, Path.of(target));
        }
        case ServedTree.Folder(List<String> entries) -> list(place, entries);
        }
    }

    /** What lies in a folder has the right name and kind; it gets its content when it is asked for. */
    private void list(Path place, List<String> entries) throws IOException {
        folder(place);
        try (var old = Files.list(place)) {
            for (Path entry : old.toList()) {
                String name = entry.getFileName().toString();
                if (!entries.contains(name) && !entries.contains(name + "/") && !entries.contains(name + "@")) {
                    SessionRoot.remove(entry);
                }
            }
        }
        List<String> names = new ArrayList<>();
        for (String entry : entries) {
            String name = entry.replaceAll("[/@]$", "");
            Path at = place.resolve(name).normalize();
            if (!at.getParent().equals(place)) {
                continue;
            }
            names.add(name);
            if (Files.exists(at, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            if (entry.endsWith("/")) {
                Files.createDirectory(at);
            } else if (entry.endsWith("@")) {
                Files.createSymbolicLink(at, Path.of("."));
            } else {
                Files.createFile(at);
            }
        }
        order(place, names);
    }

    /** Programs find the entries in the order that the tree has: kernels list such folders by age, some from the youngest on. */
    private void order(Path place, List<String> names) throws IOException {
        for (int attempt = 0; attempt < 2 && !listed(place).equals(names); attempt++) {
            Path aside = staged.resolve(".order");
            for (String name : youngestFirst ? names.reversed() : names) {
                Files.move(place.resolve(name), aside);
                Files.move(aside, place.resolve(name));
            }
            if (!listed(place).equals(names)) {
                youngestFirst = !youngestFirst;
            }
        }
    }

    private static List<String> listed(Path place) throws IOException {
        try (var entries = Files.list(place)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private static void folder(Path at) throws IOException {
        if (Files.isDirectory(at, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
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
    public void close() {
        try {
            view.close();
        } finally {
            SessionRoot.remove(staged);
        }
    }
}
