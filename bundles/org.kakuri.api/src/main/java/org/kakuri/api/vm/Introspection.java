package org.kakuri.api.vm;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Finds a Linux kernel in raw memory: no symbols, no agent, no word of the guest. What is computed from a kernel image
 * alone is kept for the next machine that runs it. Thread-safe.
 */
@ProviderType
public interface Introspection {
    /**
     * Finds the kernel.
     *
     * @param memory
     *            where it is to be found
     * @param kernel
     *            the image it was booted from, compressed or not
     *
     * @throws org.kakuri.api.Unsupported
     *             if the image's layout is not understood, naming structure and field
     * @throws org.kakuri.api.Refused
     *             if the memory does not hold this kernel
     */
    GuestSystem inspect(GuestMemory memory, Path kernel);
}
