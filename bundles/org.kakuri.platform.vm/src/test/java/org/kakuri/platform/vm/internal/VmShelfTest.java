package org.kakuri.platform.vm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.vm.GuestSpec;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VmInfo;
import org.kakuri.platform.linux.ProcFs;

/** Guests, attached guests and images, where QEMU is there. */
@Timeout(120)
class VmShelfTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final VmShelf shelf = new VmShelf();

    @AfterEach
    void close() {
        shelf.close();
    }

    private static GuestTask init(GuestSystem system) {
        return system.tasks().rows().stream().filter(task -> task.pid() == 1).findFirst().orElseThrow();
    }

    @Test
    void bootsPausesRecordsAndLeavesNothing() throws Exception {
        Qemu.needed();
        List<Integer> before = ProcFs.openDescriptors();
        VirtualMachine guest = shelf.start(Qemu.spec("one").withKernel(Qemu.oldest()));
        int pid = guest.info().pid();

        assertEquals(VmInfo.State.RUNNING, guest.info().state());
        assertTrue(guest.info().bootMillis() < 30_000, guest.info().toString());
        assertEquals("7", guest.run("echo $((3 + 4))", PATIENCE).strip());
        VirtualMachine.Pause outer = guest.pause();
        VirtualMachine.Pause inner = guest.pause();
        inner.close();
        inner.close();
        assertEquals(VmInfo.State.PAUSED, guest.info().state());
        outer.close();
        assertEquals(VmInfo.State.RUNNING, guest.info().state());

        Path image = folder.resolve("memory");
        guest.record(image);
        Introspector introspector = new Introspector();
        try (VirtualMachine recorded = shelf.open("two", image, Qemu.oldest());
                VirtualMachine attached = shelf.attach("three", image, java.util.Optional.empty(), Qemu.oldest())) {
            assertEquals("init", init(introspector.inspect(recorded.memory(), recorded.kernel())).name());
            assertEquals("init", init(introspector.inspect(attached.memory(), attached.kernel())).name());
            assertThrows(Unsupported.class, attached::pause);
            assertEquals(List.of("one", "three", "two"),
                    shelf.machines().stream().map(machine -> machine.info().name()).toList());
        }
        guest.close();
        assertFalse(ProcFs.isRunning(pid));
        assertEquals(List.of(), shelf.machines());
        assertEquals(before.size(), ProcFs.openDescriptors().size());
        assertThrows(Gone.class, () -> guest.run("true", PATIENCE));
        assertThrows(IllegalStateException.class, () -> guest.memory().readLong(0));
    }

    @Test
    void attachesToTheUsersOwnGuestOverQmp() throws Exception {
        Qemu.needed();
        Path ram = folder.resolve("ram");
        Path socket = folder.resolve("qmp");
        Path kernel = Qemu.oldest();
        Process qemu = new ProcessBuilder("/usr/bin/qemu-system-x86_64", "-machine", "q35,memory-backend=m", "-accel",
                "tcg", "-cpu", "qemu64", "-m", "96M", "-object",
                "memory-backend-file,id=m,size=96M,share=on,mem-path=" + ram, "-nodefaults", "-display", "none",
                "-serial", "file:" + folder.resolve("serial"), "-qmp", "unix:" + socket + ",server=on,wait=off",
                "-kernel", kernel.toString(), "-append", "console=ttyS0 panic=0 edd=off").inheritIO().start();
        try {
            // Without a root it ends in a panic, which is all that is needed: a kernel that is up and stays.
            awaitText(folder.resolve("serial"), "Kernel panic");
            VirtualMachine guest = shelf.attach("mine", ram, java.util.Optional.of(socket), kernel);
            try (VirtualMachine.Pause _ = guest.pause()) {
                assertEquals(VmInfo.State.PAUSED, guest.info().state());
                GuestSystem system = new Introspector().inspect(guest.memory(), guest.kernel());
                assertEquals(1, init(system).pid());
            }
            guest.close();
            assertTrue(qemu.isAlive());
        } finally {
            qemu.destroyForcibly().waitFor();
        }
    }

    private static void awaitText(Path file, String text) throws Exception {
        for (int i = 0; i < 400; i++) {
            if (Files.exists(file)
                    && Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1).contains(text)) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no '%s' in %s".formatted(text, file));
    }

    @Test
    void bootsOnAPc() {
        Qemu.needed();
        VirtualMachine guest = shelf.start(Qemu.spec("pc").withMachine(GuestSpec.Machine.Q35));

        assertEquals("q35", guest.info().machine());
        assertEquals("init", init(new Introspector().inspect(guest.memory(), guest.kernel())).name());
    }

    @Test
    void saysWhatAGuestThatDoesNotComeUpWrote() throws Exception {
        Qemu.needed();
        List<Integer> before = ProcFs.openDescriptors();
        Path noKernel = folder.resolve("vmlinuz-0");
        Files.write(noKernel, new byte[4096]);

        KakuriException failure = assertThrows(KakuriException.class,
                () -> shelf.start(Qemu.spec("none").withKernel(noKernel)));

        assertTrue(failure.getMessage().matches("QEMU ended \\(.*1.*\\): .*qemu.*"), failure.getMessage());
        assertEquals(List.of(), shelf.machines());
        assertEquals(before.size(), ProcFs.openDescriptors().size());
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        Path file = folder.resolve("file");
        Files.write(file, new byte[100]);
        Map<String, String> nothing = new HashMap<>(Map.of("PATH", folder.toString(), "HOME", folder.toString()));

        assertEquals("qemu-system-x86_64 is not on the PATH",
                assertThrows(Unsupported.class, () -> new VmShelf(nothing).start(GuestSpec.of("a"))).getMessage());
        assertEquals("not a name of a machine: '../a'",
                assertThrows(UsageError.class, () -> shelf.open("../a", file, file)).getMessage());
        assertEquals("a guest's memory is 64 MiB to 2 GiB in whole MiB, not 4096 bytes",
                assertThrows(UsageError.class, () -> shelf.start(GuestSpec.of("a").withBytes(4096))).getMessage());
        assertThrows(UsageError.class, () -> shelf.open("a", file, folder.resolve("absent")));
        assertThrows(KakuriException.class, () -> shelf.open("a", folder.resolve("absent"), file));
        assertEquals("no machine named b",
                assertThrows(UsageError.class, () -> shelf.machine("b")).getMessage());
    }

    @Test
    void takesANameOnceAndGivesItBack() throws Exception {
        Path image = folder.resolve("image");
        Files.write(image, new byte[8192]);
        VirtualMachine first = shelf.open("a", image, image);

        assertEquals("there is a machine a already",
                assertThrows(UsageError.class, () -> shelf.open("a", image, image)).getMessage());
        first.close();
        first.close();
        shelf.open("a", image, image);
        shelf.close();

        assertThrows(Refused.class, () -> shelf.open("b", image, image));
        assertEquals(List.of(), shelf.machines());
    }
}
