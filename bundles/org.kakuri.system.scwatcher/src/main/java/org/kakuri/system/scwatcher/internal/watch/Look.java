package org.kakuri.system.scwatcher.internal.watch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kakuri.api.Refused;
import org.kakuri.api.vm.GuestFile;
import org.kakuri.api.vm.GuestModule;
import org.kakuri.api.vm.GuestSocket;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.GuestTask;

/**
 * What is compared between two moments of a guest. Keys are what makes a thing the same thing, values what is said of it.
 *
 * @param processes by pid and start, so that a pid that is used again is another process
 * @param listeners sockets that take connections or datagrams, with who has them
 * @param hidden processes and sockets that one way of looking does not find
 * @param modules loaded modules with their sizes
 * @param files digests of files; what cannot be read has a reason in parentheses instead
 */
public record Look(SortedMap<String, String> processes, SortedMap<String, String> listeners,
        SortedMap<String, String> hidden, SortedMap<String, String> modules, SortedMap<String, String> files) {
    /** Folders whose files are watched unless others are named. */
    public static final List<String> PROGRAMS = List.of("/bin", "/sbin", "/usr/bin", "/usr/sbin");

    private static final int LISTEN = 10;
    private static final int UNCONNECTED = 7;
    private static final int MOST_BYTES = 64 << 20;
    private static final int REGULAR = 0x8000;
    private static final int TYPE = 0xf000;

    /** Makes the maps unmodifiable. */
    public Look {
        processes = Collections.unmodifiableSortedMap(processes);
        listeners = Collections.unmodifiableSortedMap(listeners);
        hidden = Collections.unmodifiableSortedMap(hidden);
        modules = Collections.unmodifiableSortedMap(modules);
        files = Collections.unmodifiableSortedMap(files);
    }

    /**
     * Looks; the guest must stand still meanwhile.
     *
     * @param paths files, or folders whose regular files are meant, without their folders; absolute
     */
    public static Look at(GuestSystem system, Collection<String> paths) {
        List<GuestTask> tasks = system.tasks().rows();
        SortedMap<String, String> processes = new TreeMap<>();
        SortedMap<String, String> hidden = new TreeMap<>();
        SortedMap<Long, String> owners = new TreeMap<>();
        for (GuestTask task : tasks) {
            String text = "%d %s".formatted(task.pid(), command(system, task));
            processes.put("%d since %d".formatted(task.pid(), task.times().start()), text);
            if (!task.listed() || !task.numbered()) {
                hidden.put("process " + task.pid(), "process %s: not in the %s".formatted(text,
                        task.listed() ? "pid numbers" : "task list"));
            }
            system.sockets(task)
                    .rows()
                    .forEach(held -> owners.putIfAbsent(held.socket().inode(), text));
        }
        for (HiddenSocket socket : HiddenSocket.find(system, tasks)) {
            String name = HiddenSocket.name(socket.held().socket());
            hidden.put("socket " + name, "%s of process %d %s: in no table".formatted(name, socket.task().pid(),
                    socket.task().name()));
        }
        SortedMap<String, String> listeners = new TreeMap<>();
        for (GuestSocket socket : system.sockets().rows()) {
            if (listens(socket)) {
                String name = HiddenSocket.name(socket);
                listeners.put(name, name + " of process " + owners.getOrDefault(socket.inode(), "unknown"));
            }
        }
        SortedMap<String, String> modules = new TreeMap<>();
        for (GuestModule module : system.modules().rows()) {
            modules.put(module.name(), "%s, %d bytes".formatted(module.name(), module.bytes()));
        }
        return new Look(processes, listeners, hidden, modules, digests(system, paths));
    }

    private static boolean listens(GuestSocket socket) {
        return switch (socket.protocol()) {
        case TCP, TCP6 -> socket.state() == LISTEN;
        case UDP, UDP6 -> socket.state() == UNCONNECTED;
        case RAW, RAW6 -> true;
        case UNIX -> socket.unix().filter(unix -> unix.flags() != 0).isPresent();
        };
    }

    private static String command(GuestSystem system, GuestTask task) {
        String text = new String(system.arguments(task), StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
        return text.isEmpty() ? "[" + task.name() + "]" : text;
    }

    private static SortedMap<String, String> digests(GuestSystem system, Collection<String> paths) {
        SortedMap<String, String> files = new TreeMap<>();
        for (String path : paths) {
            Optional<List<GuestFile>> folder = system.list(path);
            if (folder.isEmpty()) {
                digest(system, path).ifPresent(digest -> files.put(path, digest));
                continue;
            }
            for (GuestFile file : folder.get()) {
                if ((file.mode() & TYPE) == REGULAR) {
                    String name = path.replaceAll("/+$", "") + "/" + file.name();
                    digest(system, name).ifPresent(digest -> files.put(name, digest));
                }
            }
        }
        return files;
    }

    private static Optional<String> digest(GuestSystem system, String path) {
        try {
            return system.content(path, MOST_BYTES).map(Look::sha256);
        } catch (Refused unreadable) {
            return Optional.of("(" + unreadable.getMessage() + ")");
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
