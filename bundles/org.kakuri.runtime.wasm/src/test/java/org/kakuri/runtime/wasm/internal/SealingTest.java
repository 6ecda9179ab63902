package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;

/** Guests that seal under keys of their instance, and what they get when they may not. WASI's numbers. */
@Timeout(60)
class SealingTest {
    private static final byte[] SECRET = "open sesame".getBytes(StandardCharsets.UTF_8);
    private static final String OVERFLOW = "-61";
    private static final String NOTSUP = "-58";
    private static final String PERM = "-63";

    @TempDir
    private Path folder;

    private record Answer(byte[] bytes, String result) {}

    private static Answer run(RuntimeSession session, byte[] input, String... arguments) {
        try (Pipe in = Pipe.open();
                Pipe out = Pipe.open();
                Pipe err = Pipe.open();
                Arena arena = Arena.ofConfined()) {
            List<String> argv = new java.util.ArrayList<>(List.of("seal"));
            argv.addAll(List.of(arguments));
            GuestProcess guest = session.spawn(new Command(argv, Map.of(),
                    List.of(GuestDescriptor.passed(0, in.reader().number()),
                            GuestDescriptor.passed(1, out.writer().number()),
                            GuestDescriptor.passed(2, err.writer().number())),
                    Map.of()));
            FdIo.writeFully(in.writer(), arena.allocateFrom(ValueLayout.JAVA_BYTE, input));
            in.writer().close();
            out.writer().close();
            err.writer().close();
            assertEquals(OptionalInt.of(0), Bench.end(guest).status());
            MemorySegment buffer = arena.allocate(8192);
            long n = FdIo.readFully(out.reader(), buffer);
            return new Answer(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), Bench.read(err));
        }
    }

    @Test
    void opensInALaterGuestWhatAnEarlierOneSealed() {
        try (Bench bench = new Bench(TestBackends.trustZone());
                RuntimeSession session = bench.open("seal")) {
            Answer sealed = run(session, SECRET, "seal", "label", "4096");
            assertEquals("" + sealed.bytes().length, sealed.result());

            assertArrayEquals(SECRET, run(session, sealed.bytes(), "unseal", "label", "4096").bytes());
            assertEquals(PERM, run(session, sealed.bytes(), "unseal", "labels", "4096").result());
            assertEquals(OVERFLOW, run(session, sealed.bytes(), "unseal", "label", "10").result());
            sealed.bytes()[sealed.bytes().length / 2] ^= 1;
            assertEquals(PERM, run(session, sealed.bytes(), "unseal", "label", "4096").result());
        }
    }

    @Test
    void refusesWhatOtherCodeOrAnotherMachineSealed() throws IOException {
        byte[] changed = java.util.Arrays.copyOf(Bench.bytes("seal"), Bench.bytes("seal").length + 3);
        changed[changed.length - 2] = 1; // an empty custom section
        Path other = Files.write(folder.resolve("other.wasm"), changed);
        try (Bench bench = new Bench(TestBackends.trustZone());
                RuntimeSession session = bench.open("seal");
                Bench elsewhere = new Bench(TestBackends.trustZone());
                RuntimeSession there = elsewhere.open("seal")) {
            byte[] sealed = run(session, SECRET, "seal", "label", "4096").bytes();

            assertEquals(PERM, run(there, sealed, "unseal", "label", "4096").result(), "another machine");
            try (RuntimeSession imposter = bench.open(other, Bench.MEMORY)) {
                assertEquals(PERM, run(imposter, sealed, "unseal", "label", "4096").result(), "other code");
            }
        }
    }

    @Test
    void saysThatABackendCannotSeal() {
        try (Bench bench = new Bench(TestBackends.none());
                RuntimeSession session = bench.open("seal")) {
            assertEquals(NOTSUP, run(session, SECRET, "seal", "label", "4096").result());
        }
    }

    @Test
    void refusesAddressesOutsideTheGuest() {
        try (Bench bench = new Bench(TestBackends.trustZone());
                RuntimeSession session = bench.open("seal")) {
            assertEquals("-21", run(session, SECRET, "seal", "label", "2000000000").result());
        }
    }
}
