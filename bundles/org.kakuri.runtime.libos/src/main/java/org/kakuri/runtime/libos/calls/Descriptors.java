package org.kakuri.runtime.libos.calls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the descriptors of guest processes lead to: looked up in /proc when first used, remembered until the descriptor
 * may have come to mean something else. Used on the tracer's thread.
 */
public final class Descriptors {
    /** What the places begin with where files lie that are made up for guests. */
    public static final String SERVED = "/dev/shm/kakuri-served";

    private final Map<Long, Target> known = new HashMap<>();
    private final Set<String> outside = new HashSet<>();
    private final Set<String> external = new HashSet<>();

    /** What a descriptor leads to. */
    public enum Target {
        /** A file, folder or device. */
        FILE,
        /** A file or folder that is made up inside. */
        SERVED,
        /** A pipe, socket or queue whose other end may be outside. */
        STREAM,
        /** A pipe, socket or queue that was made inside. */
        INTERNAL,
        /** Nothing is open there. */
        NONE
    }

    /** Notes what the first process was given: the other ends of these pipes and sockets are outside. */
    public void given(int pid) {
        for (int fd = 0; fd < 1024; fd++) {
            String link = link(pid, fd);
            if (link == null && fd > 2) {
                return;
            }
            if (link != null) {
                outside.add(link);
            }
        }
    }

    /**
     * Notes that a socket reaches beyond the instance: its family is not AF_UNIX, or it was connected to somebody
     * outside.
     */
    public void external(int pid, int fd) {
        String link = link(pid, fd);
        if (link != null) {
            external.add(link);
            known.remove(key(pid, fd));
        }
    }

    /** Returns what a descriptor leads to. */
    public Target target(int pid, int fd) {
        return known.computeIfAbsent(key(pid, fd), _ -> look(pid, fd));
    }

    /** The descriptor may mean something else from now on. */
    public void forget(int pid, int fd) {
        known.remove(key(pid, fd));
    }

    /** All descriptors of the process may mean something else from now on. */
    public void forget(int pid) {
        known.keySet().removeIf(key -> key >>> 32 == pid);
    }

    private static long key(int pid, int fd) {
        return (long) pid << 32 | fd & 0xffffffffL;
    }

    private Target look(int pid, int fd) {
        String link = link(pid, fd);
        if (link == null) {
            return Target.NONE;
        }
        if (link.startsWith("/")) {
            if (link.startsWith(SERVED)) {
                return Target.SERVED;
            }
            return link.startsWith("/dev/pts/") || link.startsWith("/dev/tty") ? Target.STREAM : Target.FILE;
        }
        return outside.contains(link) || external.contains(link) ? Target.STREAM : Target.INTERNAL;
    }

    private static String link(int pid, int fd) {
        try {
            return fd < 0 ? null : Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + fd)).toString();
        } catch (IOException e) {
            return null;
        }
    }
}
