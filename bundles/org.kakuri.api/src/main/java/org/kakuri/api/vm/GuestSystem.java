package org.kakuri.api.vm;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A guest's operating system, read from its memory. Each call reads anew. Consistency is the caller's: pause the
 * machine, or accept that rows that changed meanwhile are left out and named. Lists are bounded and never followed
 * twice round. Not thread-safe.
 */
@ProviderType
public interface GuestSystem {
    /** Returns the kernel and where it was found. */
    KernelInfo kernel();

    /** Returns the processes, by the task list and by the numbers (IDR) both, in the order of their pids. */
    Walk<GuestTask> tasks();

    /** Returns the arguments of a process, each ended by NUL; empty for kernel threads and zombies. */
    byte[] arguments(GuestTask task);

    /** Returns the environment of a process as it is in its memory, each variable ended by NUL. */
    byte[] environment(GuestTask task);

    /** Returns where a process's executable, working directory and root are. */
    TaskPaths paths(GuestTask task);

    /** Returns the files a process has open, in the order of descriptors. */
    Walk<OpenFile> files(GuestTask task);

    /** Returns the sockets of the first network namespace, in the order that the kernel's own tables list them. */
    Walk<GuestSocket> sockets();

    /**
     * Returns the sockets a process has open, of the kinds and the network namespace that {@link #sockets} lists, whether a
     * table has them or not.
     */
    Walk<HeldSocket> sockets(GuestTask task);

    /** Returns the mounts of the first process's namespace. */
    Walk<GuestMount> mounts();

    /** Returns the loaded modules, the newest first. */
    Walk<GuestModule> modules();

    /** Returns times, load and memory. */
    GuestTotals totals();

    /**
     * Returns a folder of the guest's file tree as it is cached in its memory; complete for file systems that live
     * there (initramfs, tmpfs).
     *
     * @param path
     *            absolute
     *
     * @return empty if there is none
     */
    Optional<List<GuestFile>> list(String path);

    /**
     * Returns a file of the guest as it is cached in its memory.
     *
     * @param path
     *            absolute; symbolic links are followed
     * @param limit
     *            bytes at most
     *
     * @return empty if there is none
     *
     * @throws org.kakuri.api.Refused
     *             if it is larger, or not all of it is in memory
     */
    Optional<byte[]> content(String path, int limit);
}
