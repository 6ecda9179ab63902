package org.kakuri.platform.vm.internal.qemu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kakuri.api.vm.GuestSpec;

/**
 * QEMU's command line. Everything that other programs name by path is a descriptor here: the guest's memory and initramfs are
 * nameless files in memory, the serial line and QMP are socket pairs, so that nothing is left behind whoever dies first.
 */
final class QemuCommand {
    static final int QMP = 3;
    static final int SERIAL = 4;
    static final int MEMORY = 5;
    static final int INITRAMFS = 6;

    private QemuCommand() {}

    static List<String> arguments(GuestSpec spec, Path kernel, String accelerator) {
        // With ACPI tables a microvm has no timer interrupt until the TSC is calibrated, which fails on a busy host.
        String machine = spec.machine().name().toLowerCase(Locale.ROOT)
                + (spec.machine() == GuestSpec.Machine.MICROVM ? ",acpi=off" : "");
        List<String> words = new ArrayList<>();
        words.addAll(List.of("-name", spec.name(), "-machine", machine + ",memory-backend=ram0", "-accel", accelerator,
                "-cpu", "qemu64", "-smp", "1", "-m", (spec.bytes() >> 20) + "M"));
        words.addAll(List.of("-object", "memory-backend-file,id=ram0,size=%d,mem-path=/proc/self/fd/%d,share=on"
                .formatted(spec.bytes(), MEMORY)));
        words.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"));
        words.addAll(List.of("-chardev", "socket,id=serial0,fd=" + SERIAL, "-serial", "chardev:serial0"));
        words.addAll(List.of("-chardev", "socket,id=qmp0,fd=" + QMP, "-mon", "chardev=qmp0,mode=control"));
        words.addAll(List.of("-kernel", kernel.toString(), "-initrd", "/proc/self/fd/" + INITRAMFS));
        // Without the search for BIOS disks, which takes seconds under some hypervisors.
        words.addAll(List.of("-append", "console=ttyS0 quiet loglevel=1 panic=-1 edd=off"));
        return words;
    }
}
