package org.kakuri.runtime.wasm.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;

/**
 * One run of an application of {@code workspace/guests/apps}: bytes in, bytes out. It sees a folder as {@code /data}.
 *
 * @param status its exit status
 * @param out its standard output
 * @param err its standard error
 */
record AppRun(int status, byte[] out, String err) {
    private static final Path APPLICATIONS = Path.of("../../workspace/guests/apps");
    private static final int LARGEST = 1 << 20;

    /** Returns the committed module. */
    static Path module(String name) {
        return APPLICATIONS.resolve(name + ".wasm").toAbsolutePath().normalize();
    }

    /** Opens a session that runs it. */
    static RuntimeSession open(Bench bench, String name, String... options) {
        return bench.open(module(name), Bench.MEMORY, options);
    }

    /** Feeds it standard input and waits for its end. */
    static AppRun of(RuntimeSession session, Path folder, byte[] input, String... argv) {
        try (Pipe in = Pipe.open(); Pipe out = Pipe.open(); Pipe err = Pipe.open()) {
            out.setCapacity(LARGEST);
            GuestProcess guest = start(session, folder, in, out, err, argv);
            write(in, input);
            in.writer().close();
            out.writer().close();
            err.writer().close();
            return new AppRun(Bench.end(guest).status().orElseThrow(), read(out), Bench.read(err));
        }
    }

    /** Starts it on three pipes of this process. */
    static GuestProcess start(RuntimeSession session, Path folder, Pipe in, Pipe out, Pipe err, String... argv) {
        return session.spawn(new Command(List.of(argv), Map.of(),
                List.of(GuestDescriptor.passed(0, in.reader().number()),
                        GuestDescriptor.passed(1, out.writer().number()),
                        GuestDescriptor.passed(2, err.writer().number())),
                Map.of("/data", folder)));
    }

    /** Writes all, or as much as the guest wants to read. */
    static void write(Pipe pipe, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(pipe.writer(), arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
        }
    }

    private static byte[] read(Pipe pipe) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LARGEST);
            long n = FdIo.readFully(pipe.reader(), buffer);
            return buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Returns standard output as text of one byte a character. */
    String text() {
        return new String(out, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns where the bytes are, or -1. */
    static int find(byte[] in, byte[] wanted, int from) {
        for (int at = from; at <= in.length - wanted.length; at++) {
            if (in[at] == wanted[0] && Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }
}
