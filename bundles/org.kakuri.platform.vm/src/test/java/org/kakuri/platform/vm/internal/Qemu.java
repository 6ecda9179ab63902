package org.kakuri.platform.vm.internal;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kakuri.api.vm.GuestSpec;
import org.kakuri.platform.vm.internal.boot.Kernels;

/** What tests with real guests need, or why they are skipped. */
public final class Qemu {
    private Qemu() {}

    /** Skips the test unless this machine can boot a guest. */
    public static void needed() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "no qemu-system-x86_64 in /usr/bin");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox");
        assumeTrue(!kernels().isEmpty(), "no kernel image; ./kakuri provision fetches Debian's");
    }

    /** Kernel images, the newest first. */
    public static List<Path> kernels() {
        return Kernels.of(System.getenv()).found();
    }

    /** The oldest that is there. */
    public static Path oldest() {
        return kernels().getLast();
    }

    /** A guest that is emulated, so that it behaves the same everywhere. */
    public static GuestSpec spec(String name) {
        return GuestSpec.of(name).withAccelerator(GuestSpec.Accelerator.TCG);
    }

    /** The environment as it is. */
    public static Map<String, String> environment() {
        return System.getenv();
    }
}
