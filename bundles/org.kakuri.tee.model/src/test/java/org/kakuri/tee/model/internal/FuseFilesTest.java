package org.kakuri.tee.model.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.Machine;
import org.kakuri.tee.model.Fuses;
import org.kakuri.tee.model.MachineModel;

@Timeout(30)
class FuseFilesTest {
    @TempDir
    private Path temporary;

    private Path folder() {
        return temporary.resolve("machines");
    }

    private static byte[] key(MachineDirectory directory, String architecture, String name) {
        var machine = (MachineModel) directory.machine(architecture, name);
        return machine.facility(Fuses.class).orElseThrow().derive("test", "who".getBytes(StandardCharsets.UTF_8), 32);
    }

    @Test
    void aMachineHasTheSameKeysTomorrow() {
        byte[] today = key(new MachineDirectory(Optional.of(folder()), new MonitorShelf()), Machine.ARM, "host-a");
        var tomorrow = new MachineDirectory(Optional.of(folder()), new MonitorShelf());
        assertArrayEquals(today, key(tomorrow, Machine.ARM, "host-a"));
        assertFalse(Arrays.equals(today, key(tomorrow, Machine.ARM, "host-b")), "another name");
        assertFalse(Arrays.equals(today, key(tomorrow, Machine.X86_64, "host-a")), "another architecture");
        var elsewhere = new MachineDirectory(Optional.of(temporary.resolve("b")), new MonitorShelf());
        assertFalse(Arrays.equals(today, key(elsewhere, Machine.ARM, "host-a")), "another folder");
    }

    @Test
    void closingAMachineDoesNotClearItsFile() {
        var directory = new MachineDirectory(Optional.of(folder()), new MonitorShelf());
        byte[] before = key(directory, Machine.ARM, "host-a");
        directory.machine(Machine.ARM, "host-a").close();
        assertArrayEquals(before, key(directory, Machine.ARM, "host-a"));
    }

    @Test
    void keepsThemForItsOwnerAlone() throws IOException {
        new FuseFiles(folder()).root(Machine.ARM, "../host/a");
        try (Stream<Path> files = Files.list(folder())) {
            List<Path> all = files.toList();
            assertEquals(List.of(folder().resolve("..%2Fhost%2Fa.arm.fuses")), all);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(all.getFirst())));
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())));
    }

    @Test
    void refusesWhatOthersMayReadAndWhatIsDamaged() throws IOException {
        new FuseFiles(folder()).root(Machine.ARM, "host-a");
        Path file = folder().resolve("host-a.arm.fuses");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Refused e = assertThrows(Refused.class, () -> new FuseFiles(folder()).root(Machine.ARM, "host-a"));
        assertEquals("not the fuses of a machine: " + file + " (32 bytes, rw-r-----)", e.getMessage());

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.write(file, new byte[31]);
        e = assertThrows(Refused.class, () -> new FuseFiles(folder()).root(Machine.ARM, "host-a"));
        assertEquals("not the fuses of a machine: " + file + " (31 bytes, rw-------)", e.getMessage());
    }

    @Test
    void allWhoMakeThemAtOnceGetTheSame() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            Callable<byte[]> ask = () -> new FuseFiles(folder()).root(Machine.ARM, "host-a");
            List<Future<byte[]>> answers = threads.invokeAll(java.util.Collections.nCopies(64, ask));
            for (Future<byte[]> answer : answers) {
                assertArrayEquals(answers.getFirst().get(), answer.get());
            }
        }
    }
}
