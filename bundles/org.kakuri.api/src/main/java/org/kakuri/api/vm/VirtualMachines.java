package org.kakuri.api.vm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Starts, attaches to and opens virtual machines, and keeps those of this process until they are closed. Thread-safe.
 * Whoever starts a machine closes it; all are closed when the service goes.
 */
@ProviderType
public interface VirtualMachines {
    /**
     * Boots a guest from a kernel and an initramfs made for it, and waits until it says that it is ready.
     *
     * @throws org.kakuri.api.Unsupported
     *             if QEMU, the kernel or busybox is missing
     * @throws org.kakuri.api.KakuriException
     *             if it does not get ready in time; nothing of it is left
     */
    VirtualMachine start(GuestSpec spec);

    /**
     * Attaches to a guest that the user runs. It is neither changed nor ended, only paused on request.
     *
     * @param name
     *            unique here
     * @param ram
     *            its memory as a file, such as that of QEMU's {@code memory-backend-file} with {@code share=on}
     * @param qmp
     *            its QMP socket, for pauses
     * @param kernel
     *            the kernel image it booted, compressed or not
     */
    VirtualMachine attach(String name, Path ram, Optional<Path> qmp, Path kernel);

    /**
     * Opens recorded memory: raw, an ELF core (QEMU's dump-guest-memory), or either compressed by gzip, zstd, xz or
     * LZ4.
     *
     * @param name
     *            unique here
     * @param image
     *            the file
     * @param kernel
     *            the kernel image it ran, compressed or not
     */
    VirtualMachine open(String name, Path image, Path kernel);

    /** Returns the machines there are, in the order of their names. */
    List<VirtualMachine> machines();

    /**
     * Returns a machine.
     *
     * @throws org.kakuri.api.UsageError
     *             naming the nearest
     */
    VirtualMachine machine(String name);
}
