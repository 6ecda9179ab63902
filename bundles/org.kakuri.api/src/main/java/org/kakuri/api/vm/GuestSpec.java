package org.kakuri.api.vm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A guest to be booted.
 *
 * @param name
 *            unique in this process: letters, digits, {@code -}, {@code _} and {@code .}
 * @param kernel
 *            a Linux kernel for x86-64; empty for the newest that is found
 * @param machine
 *            QEMU's machine type
 * @param accelerator
 *            how its CPU is run
 * @param bytes
 *            size of its memory, 64 MiB to 2 GiB
 * @param setup
 *            lines of shell that its init runs before it says that it is ready
 * @param files
 *            more files of its initramfs: path inside to content; written with mode 0755
 * @param timeout
 *            from the start to readiness
 */
public record GuestSpec(String name, Optional<Path> kernel, Machine machine, Accelerator accelerator, long bytes,
        List<String> setup, Map<String, byte[]> files, Duration timeout) {
    /** Memory of {@link #of}: 128 MiB. */
    public static final long DEFAULT_BYTES = 128L << 20;

    /** Copies the collections; the content of files is not copied. */
    public GuestSpec {
        setup = List.copyOf(setup);
        files = Map.copyOf(files);
    }

    /** QEMU's machine types. */
    public enum Machine {
        /** Minimal: virtio by MMIO, no PCI. */
        MICROVM,
        /** A PC with PCI Express. */
        Q35
    }

    /** How a CPU is run. */
    public enum Accelerator {
        /** By KVM where it works, otherwise by TCG. */
        AUTO,
        /** By KVM. */
        KVM,
        /** By QEMU's translator. */
        TCG
    }

    /** Returns a microvm of {@link #DEFAULT_BYTES} with the newest kernel, which may take 60 s to boot. */
    public static GuestSpec of(String name) {
        return new GuestSpec(name, Optional.empty(), Machine.MICROVM, Accelerator.AUTO, DEFAULT_BYTES, List.of(),
                Map.of(), Duration.ofSeconds(60));
    }

    /** Returns the same with another kernel. */
    public GuestSpec withKernel(Path file) {
        return new GuestSpec(name, Optional.of(file), machine, accelerator, bytes, setup, files, timeout);
    }

    /** Returns the same on another machine. */
    public GuestSpec withMachine(Machine type) {
        return new GuestSpec(name, kernel, type, accelerator, bytes, setup, files, timeout);
    }

    /** Returns the same with another accelerator. */
    public GuestSpec withAccelerator(Accelerator by) {
        return new GuestSpec(name, kernel, machine, by, bytes, setup, files, timeout);
    }

    /** Returns the same with another size of memory. */
    public GuestSpec withBytes(long size) {
        return new GuestSpec(name, kernel, machine, accelerator, size, setup, files, timeout);
    }

    /** Returns the same with lines that init runs. */
    public GuestSpec withSetup(List<String> lines) {
        return new GuestSpec(name, kernel, machine, accelerator, bytes, lines, files, timeout);
    }

    /** Returns the same with more files. */
    public GuestSpec withFiles(Map<String, byte[]> more) {
        return new GuestSpec(name, kernel, machine, accelerator, bytes, setup, more, timeout);
    }
}
