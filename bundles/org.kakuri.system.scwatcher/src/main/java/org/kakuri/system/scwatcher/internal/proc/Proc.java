package org.kakuri.system.scwatcher.internal.proc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.GuestTask.GuestThread;
import org.kakuri.api.vm.OpenFile;
import org.kakuri.api.vm.TaskPaths;
import org.kakuri.api.vm.VirtualMachine.Pause;

/**
 * The guest's /proc at one moment. What only few programs ask for (environment, open files, paths) is read when it is asked for,
 * while the guest stands still, and may be younger.
 *
 * <p>
 * A reader that is no process of the guest finds itself nevertheless, unlisted, because tools look into /proc/self first.
 */
public final class Proc implements Tree {
    private static final List<String> TOP = List.of("cmdline", "cpuinfo", "filesystems", "loadavg", "meminfo",
            "modules", "mounts@", "net@", "self@", "stat", "sys/", "thread-self@", "uptime", "version", "devices",
            "partitions", "swaps", "diskstats", "vmstat");
    private static final List<String> OF_TASK = List.of("cmdline", "comm", "cwd@", "environ", "exe@", "fd/", "fdinfo/",
            "limits", "loginuid", "maps", "mountinfo", "mounts", "net/", "oom_score", "root@", "stat", "statm",
            "status", "task/", "wchan");
    private static final List<String> OF_THREAD = List.of("comm", "cmdline", "stat", "statm", "status");
    private static final List<String> SYS_KERNEL = List.of("hostname", "osrelease", "ostype", "pid_max", "version",
            "threads-max", "cap_last_cap");

    private final Moment moment;
    private final GuestSystem system;
    private final Supplier<Pause> pause;

    /**
     * Makes it.
     *
     * @param moment what was read
     * @param system for what is read later
     * @param pause stops the guest meanwhile
     */
    public Proc(Moment moment, GuestSystem system, Supplier<Pause> pause) {
        this.moment = moment;
        this.system = system;
        this.pause = pause;
    }

    /** Returns the moment it shows. */
    public Moment moment() {
        return moment;
    }

    @Override
    public Optional<Entry> find(String path, int reader) {
        if (path.isEmpty()) {
            List<String> names = new ArrayList<>(TOP);
            moment.tasks().keySet().forEach(pid -> names.add(pid + "/"));
            return folder(names);
        }
        String[] parts = path.split("/");
        if (parts[0].chars().allMatch(Character::isDigit)) {
            return parts[0].length() > 9 ? Optional.empty() : task(Integer.parseInt(parts[0]), parts, reader);
        }
        return switch (parts[0]) {
        case "self" -> parts.length == 1 ? link(Integer.toString(reader))
                : find(reader + path.substring(path.indexOf('/')), reader);
        case "thread-self" -> link("%d/task/%d".formatted(reader, reader));
        case "net" -> parts.length == 1 ? link("self/net") : net(parts, 1);
        case "mounts" -> link("self/mounts");
        case "sys" -> sys(parts);
        default -> parts.length == 1 ? SystemText.file(parts[0], moment).flatMap(this::text) : Optional.empty();
        };
    }

    private Optional<Entry> folder(List<String> names) {
        return Optional.of(new Entry.Folder(names, 0));
    }

    private static Optional<Entry> link(String target) {
        return Optional.of(new Entry.Link(target, 0));
    }

    private Optional<Entry> text(String content) {
        return Optional.of(new Entry.Text(content.getBytes(StandardCharsets.ISO_8859_1), 0));
    }

    private Optional<Entry> sys(String[] parts) {
        return switch (parts.length) {
        case 1 -> folder(List.of("kernel/", "vm/", "fs/"));
        case 2 -> parts[1].equals("kernel") ? folder(SYS_KERNEL)
                : List.of("vm", "fs").contains(parts[1]) ? folder(List.of()) : Optional.empty();
        case 3 -> parts[1].equals("kernel") ? SystemText.kernel(parts[2], moment).flatMap(this::text)
                : Optional.empty();
        default -> Optional.empty();
        };
    }

    private Optional<Entry> net(String[] parts, int from) {
        if (parts.length == from) {
            return folder(NetText.FILES);
        }
        return parts.length == from + 1 ? NetText.file(parts[from], moment).flatMap(this::text) : Optional.empty();
    }

    private Optional<Entry> task(int pid, String[] parts, int reader) {
        GuestTask task = moment.tasks().get(pid);
        if (task == null && pid == reader) {
            task = TaskText.visitor(pid, moment);
        }
        if (task == null) {
            return Optional.empty();
        }
        int uid = task.owner().uids().get(1);
        Optional<Entry> found = ofTask(task, parts);
        return found.map(entry -> switch (entry) {
        case Entry.Text text -> new Entry.Text(text.content(), uid);
        case Entry.Stored file -> file;
        case Entry.Folder names -> new Entry.Folder(names.entries(), uid);
        case Entry.Link link -> new Entry.Link(link.target(), uid);
        });
    }

    private Optional<Entry> ofTask(GuestTask task, String[] parts) {
        if (parts.length == 1) {
            return folder(OF_TASK);
        }
        boolean alone = parts.length == 2;
        return switch (parts[1]) {
        case "task" -> threads(task, parts);
        case "net" -> net(parts, 2);
        case "fd" -> descriptors(task, parts);
        case "fdinfo" -> alone ? folder(List.of()) : Optional.empty();
        case "exe" -> alone ? place(read(task, () -> system.paths(task)).map(TaskPaths::executable)) : Optional.empty();
        case "cwd" -> alone ? place(read(task, () -> system.paths(task)).map(TaskPaths::directory)) : Optional.empty();
        case "root" -> alone ? place(read(task, () -> system.paths(task)).map(TaskPaths::root)) : Optional.empty();
        case "cmdline" -> alone ? bytes(moment.arguments().getOrDefault(task.pid(), new byte[0])) : Optional.empty();
        case "environ" -> alone ? bytes(read(task, () -> system.environment(task)).orElse(new byte[0]))
                : Optional.empty();
        default -> alone ? TaskText.file(parts[1], task, moment).flatMap(this::text) : Optional.empty();
        };
    }

    private static Optional<Entry> bytes(byte[] content) {
        return Optional.of(new Entry.Text(content, 0));
    }

    private static Optional<Entry> place(Optional<String> path) {
        return path.filter(text -> !text.isEmpty()).flatMap(Proc::link);
    }

    /** Reads from the guest as it is now; the process must still be the same. A visitor has nothing to be read. */
    private <T> Optional<T> read(GuestTask task, Supplier<T> reading) {
        if (task.address() == 0) {
            return Optional.empty();
        }
        try (Pause _ = pause.get()) {
            return Optional.of(reading.get());
        }
    }

    private Optional<Entry> threads(GuestTask task, String[] parts) {
        if (parts.length == 2) {
            return folder(task.threads().stream().map(thread -> thread.tid() + "/").toList());
        }
        Optional<GuestThread> thread = task.threads()
                .stream()
                .filter(one -> Integer.toString(one.tid()).equals(parts[2]))
                .findFirst();
        if (thread.isEmpty() || parts.length > 4) {
            return Optional.empty();
        }
        if (parts.length == 3) {
            return folder(OF_THREAD);
        }
        return parts[3].equals("cmdline") ? bytes(moment.arguments().getOrDefault(task.pid(), new byte[0]))
                : OF_THREAD.contains(parts[3])
                        ? TaskText.file(parts[3], TaskText.ofThread(task, thread.get()), moment).flatMap(this::text)
                        : Optional.empty();
    }

    private Optional<Entry> descriptors(GuestTask task, String[] parts) {
        List<OpenFile> files = read(task, () -> system.files(task).rows()).orElse(List.of());
        if (parts.length == 2) {
            return folder(files.stream().map(file -> file.descriptor() + "@").toList());
        }
        return parts.length != 3 ? Optional.empty()
                : files.stream()
                        .filter(file -> Integer.toString(file.descriptor()).equals(parts[2]))
                        .findFirst()
                        .flatMap(file -> link(file.path()));
    }
}
