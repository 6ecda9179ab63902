package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.api.Deadline;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.tee.EventCount;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.runtime.libos.shield.ConsoleRecords;

/** Standard streams of an unmodified program leave and come as sealed records. */
@Timeout(60)
class ConsoleShieldTest {
    private static final byte[] KEY = new byte[32];

    @TempDir
    Path folder;

    private record Ran(GuestExit exit, byte[] out, byte[] err, SessionReport report, long records, long bytes) {}

    private String option() throws Exception {
        return "shield.console=" + Files.writeString(folder.resolve("key"), "0".repeat(64));
    }

    /**
     * Runs a script whose streams are files, output and errors perhaps the same; these are read when the session is closed, by when
     * none of the script's processes can write any more.
     */
    private Ran run(String runtime, String mode, String script, byte[] input, boolean same) throws Exception {
        Path in = Files.write(folder.resolve("in"), input);
        Path out = Files.write(folder.resolve("out"), new byte[0]);
        Path err = same ? out : Files.write(folder.resolve("err"), new byte[0]);
        GuestExit exit;
        SessionReport report;
        EventCount count;
        try (Bench bench = Bench.none();
                RuntimeSession session = bench.host(runtime, option(), "mode=" + mode);
                Fd from = PathCalls.open(in);
                Fd to = PathCalls.open(out, OpenFlags.O_WRONLY | OpenFlags.O_APPEND, 0);
                Fd errors = PathCalls.open(err, OpenFlags.O_WRONLY | OpenFlags.O_APPEND, 0)) {
            var guest = session.spawn(new Command(List.of("/bin/sh", "-c", script), Bench.ENVIRONMENT,
                    List.of(GuestDescriptor.passed(0, from.number()), GuestDescriptor.passed(1, to.number()),
                            GuestDescriptor.passed(2, errors.number())),
                    Map.of()));
            exit = guest.waitFor(Deadline.in(java.time.Duration.ofSeconds(30))).orElseThrow();
            count = session.ledger().count("shield.console");
            report = session.report();
        }
        return new Ran(exit, Files.readAllBytes(out), Files.readAllBytes(err), report, count.count(), count.bytes());
    }

    private static byte[] sealed(String text) {
        var sealer = new ConsoleRecords.Sealer(KEY, 0);
        var all = new ByteArrayOutputStream();
        all.writeBytes(sealer.header());
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        all.writeBytes(sealer.record(plain, plain.length, true));
        return all.toByteArray();
    }

    private static String opened(byte[] stream, int direction) throws Exception {
        var opener = ConsoleRecords.Opener.of(new ByteArrayInputStream(stream), KEY, direction).orElseThrow();
        var text = new ByteArrayOutputStream();
        for (var plain = opener.next(); plain.isPresent(); plain = opener.next()) {
            text.writeBytes(plain.get());
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"scone,fidelity", "occlum,fast"})
    void everythingOutsideIsSealed(String runtime, String mode) throws Exception {
        Ran ran = run(runtime, mode, "tr a-z A-Z; echo secret errors >&2; exit 3", sealed("secret words\n"), false);
        assertEquals(3, ran.exit().status().orElseThrow());
        assertEquals("SECRET WORDS\n", opened(ran.out(), 1));
        assertEquals("secret errors\n", opened(ran.err(), 2));
        assertTrue(ran.records() >= 3 && ran.bytes() == 40, ran.records() + " records, " + ran.bytes() + " bytes");
        String outside = new String(ran.out(), StandardCharsets.ISO_8859_1)
                + new String(ran.err(), StandardCharsets.ISO_8859_1);
        assertTrue(!outside.contains("SECRET") && !outside.contains("secret"));
    }

    @Test
    void outputAndErrorsOfOnePlaceAreOneStream() throws Exception {
        Ran ran = run("scone", "fast", "echo one; echo two >&2; echo three; head -c 300000 /dev/zero | tr '\\0' x",
                new byte[0], true);
        assertEquals("one\ntwo\nthree\n" + "x".repeat(300_000), opened(ran.out(), 1));
    }

    @Test
    void guestIsKilledWhoseInputWasChanged() throws Exception {
        byte[] stream = sealed("rm this\n");
        byte[] changed = stream.clone();
        changed[changed.length - 20] ^= 1;
        for (byte[] input : List.of(changed, java.util.Arrays.copyOf(stream, stream.length - 1),
                "echo plain\n".getBytes(StandardCharsets.UTF_8))) {
            Ran ran = run("scone", "fast", "cat; sleep 20", input, false);
            assertTrue(ran.exit().reason().contains("standard input is not what was sealed"), ran.exit().toString());
            assertEquals("", opened(ran.out(), 1));
            assertTrue(ran.report().notes().stream().anyMatch(note -> note.startsWith("shield: standard input:")),
                    ran.report().notes().toString());
        }
    }

    @Test
    void refusesAKeyThatIsNone() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad"), "00");
        try (Bench bench = Bench.none()) {
            assertThrows(Refused.class, () -> bench.host("scone", "shield.console=" + bad));
        }
    }
}
