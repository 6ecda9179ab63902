package org.kakuri.tck.internal.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.RuntimeImage.Kind;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.DirectLease;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.Skipped;

/** What one check of a runtime works with; closing it closes the sessions that the check left open. */
final class Desk implements AutoCloseable {
    /** Memory of a session: small, so that the secure memory of a small board holds several. */
    static final long MEMORY = 4 << 20;
    private static final List<Kind> KNOWN = List.of(Kind.WASM, Kind.PROGRAM);
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

    private final RuntimeSubject subject;
    private final Path folder;
    private final Set<RuntimeSession> open = new LinkedHashSet<>();

    Desk(RuntimeSubject subject) throws IOException {
        this.subject = subject;
        this.folder = Files.createTempDirectory("kakuri-tck");
    }

    RuntimeSubject subject() {
        return subject;
    }

    IsolationRuntime runtime() {
        return subject.runtime();
    }

    BackendInfo backend() {
        return subject.backend().info();
    }

    Path folder() {
        return folder;
    }

    /** Returns the kind of image that the programs are written as. */
    Kind kind() {
        return KNOWN.stream()
                .filter(runtime().info().images()::contains)
                .findFirst()
                .orElseThrow(() -> new Skipped("the kit has no guests of the kinds " + runtime().info().images()));
    }

    /** Returns the image of a program; its file is written once, before anybody executes it. */
    synchronized RuntimeImage image(Program program) throws IOException {
        Kind kind = kind();
        Path file = folder.resolve(program.name().toLowerCase(Locale.ROOT));
        if (!Files.exists(file)) {
            Files.write(file,
                    kind == Kind.WASM ? WasmPrograms.module(program) : ShellPrograms.executable(program));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        }
        return new RuntimeImage(kind, file);
    }

    static SessionSpec spec() {
        return SessionSpec.inline("tck", MEMORY);
    }

    RuntimeSession open(Program program) throws IOException {
        return open(program, spec());
    }

    RuntimeSession open(Program program, SessionSpec spec) throws IOException {
        return open(image(program), spec);
    }

    RuntimeSession open(RuntimeImage image, SessionSpec spec) {
        BackendLease lease = new Lent(subject.backend(), subject.machine());
        RuntimeSession session = runtime().open(lease, image, spec);
        synchronized (open) {
            open.add(session);
        }
        return session;
    }

    /** Closes a session now. */
    void end(RuntimeSession session) {
        synchronized (open) {
            open.remove(session);
        }
        session.close();
    }

    static Command command(Command.GuestDescriptor... descriptors) {
        return new Command(List.of("guest"), ENVIRONMENT, List.of(descriptors), Map.of());
    }

    /** Waits for a guest as long as the check has time. */
    static GuestExit await(GuestProcess guest) throws InterruptedException {
        while (!Thread.interrupted()) {
            var exit = guest.waitFor(Deadline.inSeconds(1));
            if (exit.isPresent()) {
                return exit.get();
            }
        }
        throw new InterruptedException("the check has no more time");
    }

    static void write(Fd to, String text) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            FdIo.writeFully(to, arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes)));
        }
    }

    /**
     * What is in a stream.
     *
     * @param text what was read
     * @param ended whether nobody can write to it any more
     */
    record Stream(String text, boolean ended) {}

    /** Reads what there is, without waiting for more. */
    static Stream read(Fd from) {
        from.setNonBlocking(true);
        var text = new StringBuilder();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4096);
            long length = FdIo.readRaw(from.number(), buffer, 0, buffer.byteSize());
            for (; length > 0; length = FdIo.readRaw(from.number(), buffer, 0, buffer.byteSize())) {
                text.append(new String(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE),
                        StandardCharsets.UTF_8));
            }
            return new Stream(text.toString(), length == 0);
        }
    }

    @Override
    public void close() {
        List<RuntimeSession> left;
        synchronized (open) {
            left = new ArrayList<>(open).reversed();
            open.clear();
        }
        try {
            left.forEach(RuntimeSession::close);
        } finally {
            delete();
        }
    }

    private void delete() {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }

    private record Lent(TeeBackend backend, Machine machine) implements DirectLease {}
}
