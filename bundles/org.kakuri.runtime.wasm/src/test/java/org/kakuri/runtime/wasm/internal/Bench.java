package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;

/** Opens sessions for tests and runs guests in them. */
final class Bench implements AutoCloseable {
    /** Where compiled guests are kept between tests of one run of the JVM, and between runs. */
    static final Path CACHE = Path.of("target", "test-cache").toAbsolutePath();
    static final long MEMORY = 8L << 20;
    private static final int LARGEST_OUTPUT = 1 << 20;

    private final TestBackends backend;
    private final WasmRuntime runtime;

    Bench(TestBackends backend) {
        this(backend, CACHE);
    }

    Bench(TestBackends backend, Path cache) {
        this.backend = backend;
        this.runtime = new WasmRuntime(cache);
    }

    /** Returns the file of a test guest. */
    static Path guest(String name) {
        try {
            return Path.of(Bench.class.getResource("/guests/" + name + ".wasm").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    RuntimeSession open(String guest, String... options) {
        return open(guest(guest), MEMORY, options);
    }

    RuntimeSession open(Path file, long memory, String... options) {
        return open(file, memory, new SessionSpec.Local(), options);
    }

    RuntimeSession open(Path file, long memory, SessionSpec.HostCalls calls, String... options) {
        Map<String, String> map = new java.util.HashMap<>();
        for (String option : options) {
            map.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        }
        return runtime.open(backend, new RuntimeImage(RuntimeImage.Kind.WASM, file),
                new SessionSpec("test", Placement.INLINE, memory, Pricing.NONE, calls, map));
    }

    WasmRuntime runtime() {
        return runtime;
    }

    TestBackends backend() {
        return backend;
    }

    /**
     * What a guest printed and how it ended.
     *
     * @param out its standard output
     * @param err its standard error
     * @param exit its end
     */
    record Result(String out, String err, GuestExit exit) {
        List<String> lines() {
            return out.lines().toList();
        }

        /** Returns what follows a word at the beginning of a line. */
        String of(String what) {
            return lines().stream()
                    .filter(line -> line.startsWith(what + " "))
                    .map(line -> line.substring(what.length() + 1))
                    .reduce((a, b) -> a + "|" + b)
                    .orElse("(no line " + what + ") in " + out);
        }
    }

    /** Runs a guest to its end, feeding it standard input. */
    static Result run(RuntimeSession session, String input, Map<String, Path> folders, String... argv) {
        try (Pipe in = Pipe.open(); Pipe out = Pipe.open(); Pipe err = Pipe.open()) {
            out.setCapacity(LARGEST_OUTPUT);
            GuestProcess guest = session.spawn(new Command(List.of(argv), Map.of("COLOUR", "blue"),
                    List.of(GuestDescriptor.passed(0, in.reader().number()),
                            GuestDescriptor.passed(1, out.writer().number()),
                            GuestDescriptor.passed(2, err.writer().number())),
                    folders));
            write(in, input);
            in.writer().close();
            out.writer().close();
            err.writer().close();
            GuestExit exit = end(guest);
            return new Result(read(out), read(err), exit);
        }
    }

    static GuestExit end(GuestProcess guest) {
        return guest.waitFor(Deadline.inSeconds(50)).orElseThrow(() -> new AssertionError("the guest does not end"));
    }

    static void write(Pipe pipe, String text) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            FdIo.writeFully(pipe.writer(), arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
        }
    }

    static String read(Pipe pipe) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LARGEST_OUTPUT);
            long n = FdIo.readFully(pipe.reader(), buffer);
            return new String(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    /** Reads exactly some bytes. */
    static String read(Pipe pipe, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(bytes);
            assertEquals(bytes, FdIo.readFully(pipe.reader(), buffer));
            return new String(buffer.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    /** Returns what is open, but jars, which come and go as classes are loaded. */
    static List<String> openDescriptors() {
        return ProcFs.descriptors((int) ProcessHandle.current().pid())
                .values()
                .stream()
                .map(target -> target.replaceFirst(":\\[\\d+\\]$", ""))
                .filter(target -> !target.endsWith(".jar"))
                .sorted()
                .toList();
    }

    /** Returns the names of threads that execute guests. */
    static List<String> guestThreads() {
        List<String> names = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("wasm ")) {
                names.add(thread.getName());
            }
        }
        return names;
    }

    static byte[] bytes(String guest) {
        try {
            return Files.readAllBytes(guest(guest));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        backend.close();
    }
}
