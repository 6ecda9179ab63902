package org.kakuri.api.vm;

import java.nio.file.Path;
import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** A guest seen from the hypervisor's side. Thread-safe. After {@link #close} its memory is gone: reading it throws. */
@ProviderType
public interface VirtualMachine extends AutoCloseable {
    /** Returns what it is at this moment. */
    VmInfo info();

    /** Returns its physical memory; live, unless paused or recorded. */
    GuestMemory memory();

    /** Returns the kernel image it runs. */
    Path kernel();

    /**
     * Stops its CPUs until the pause is closed; pauses nest. Recorded memory needs none and is returned an empty one.
     *
     * @throws org.kakuri.api.Unsupported
     *             if there is no way to pause it
     */
    Pause pause();

    /** Returns what it has written to its console, at most the last mebibyte. */
    String console();

    /**
     * Has the shell on its console run a command and returns what that printed.
     *
     * @param command
     *            a line of shell; its output must not be endless
     * @param timeout
     *            how long its end is waited for
     *
     * @throws org.kakuri.api.Unsupported
     *             if this is not a guest started here
     * @throws org.kakuri.api.KakuriException
     *             if it does not end in time
     */
    String run(String command, Duration timeout);

    /** Writes its memory to a file, paused, raw. */
    void record(Path file);

    /** Ends it, or lets go of it if it was only attached. Idempotent. */
    @Override
    void close();

    /** CPUs that stand still. */
    interface Pause extends AutoCloseable {
        /** Lets them go on. Idempotent. */
        @Override
        void close();
    }
}
