package org.kakuri.system.scwatcher.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.system.scwatcher.internal.fuse.FuseMount;
import org.kakuri.system.scwatcher.internal.fuse.Readers;
import org.kakuri.system.scwatcher.internal.proc.Entry;
import org.kakuri.system.scwatcher.internal.proc.Proc;
import org.kakuri.system.scwatcher.internal.watch.HiddenSocket;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Commands that watch a machine. Mounts end with this component. */
@Component(property = {"kakuri.command.scope=scw", "kakuri.command.function=mount", "kakuri.command.function=umount",
    "kakuri.command.function=mounts", "kakuri.command.function=use", "kakuri.command.function=ps",
    "kakuri.command.function=cat", "kakuri.command.function=hidden", "kakuri.command.live=mount",
    "kakuri.command.live=umount", "kakuri.command.live=use", "kakuri.command.live=ps", "kakuri.command.live=cat",
    "kakuri.command.live=hidden", "kakuri.command.live.if.running=mounts"})
public final class ScwCommands implements CommandSet {
    private static final List<String> MACHINE = List.of("machine");

    private final VirtualMachines machines;
    private final Introspection introspection;
    private final Watching watching;
    private final Map<Path, Held> mounts = new TreeMap<>();

    private record Held(FuseMount mount, String machine) {}

    /** Takes what the commands ask. */
    @Activate
    public ScwCommands(@Reference VirtualMachines machines, @Reference Introspection introspection,
            @Reference Watching watching) {
        this.machines = machines;
        this.introspection = introspection;
        this.watching = watching;
    }

    /** A mount. */
    public record MountRow(String machine, String folder) {}

    /** A process. */
    public record ProcessRow(int pid, int parent, int uid, char state, long residentKib, String command) {}

    /** A process that one of the two ways does not find, or a socket that no table has and the process has open. */
    public record HiddenRow(int pid, String name, String what, String missingFrom) {}

    /** Text as it is. */
    public record Text(String text) implements TextView {}

    private Watched watched(Words words) {
        words.onlyNames(MACHINE);
        VirtualMachine machine = Watched.choose(machines, words.value("machine").orElse(watching.machine()));
        return new Watched(machine, introspection);
    }

    /** Mounts the guest's /proc. */
    @Descriptor("Mounts a guest's /proc, or its files, on a folder of this machine, for any program: ls, cat, ps.")
    public MountRow mount(@WordsSyntax(flags = "files") @Descriptor("""
            FOLDER [--files] [--machine NAME]
            FOLDER           where to mount; umount with scw:umount
            --files          the guest's own files, read-only, instead of its /proc
            --machine NAME   which machine; default: the one of scw:use, or the only one""") Words words) {
        Path folder = Path.of(words.word(0, "the folder")).toAbsolutePath().normalize();
        Watched watched = watched(words);
        String name = watched.machine().info().name();
        synchronized (mounts) {
            if (mounts.containsKey(folder)) {
                throw new UsageError("%s is mounted already".formatted(folder), "scw:umount " + folder);
            }
            var readers = new Readers(words.flags().contains("files") ? watched::files : watched::now);
            mounts.put(folder, new Held(FuseMount.mount(folder, readers), name));
        }
        return new MountRow(name, folder.toString());
    }

    /** Unmounts. */
    @Descriptor("Takes a guest's /proc away from a folder.")
    public MountRow umount(@Descriptor("the folder") String path) {
        Path folder = Path.of(path).toAbsolutePath().normalize();
        Held held;
        synchronized (mounts) {
            held = mounts.remove(folder);
        }
        if (held == null) {
            throw new UsageError("nothing of ours is mounted at " + folder, "scw:mounts lists them");
        }
        held.mount.close();
        return new MountRow(held.machine, folder.toString());
    }

    /** Lists mounts. */
    @Descriptor("Lists where guests' /proc are mounted.")
    public List<MountRow> mounts() {
        synchronized (mounts) {
            return mounts.entrySet()
                    .stream()
                    .map(e -> new MountRow(e.getValue().machine, e.getKey().toString()))
                    .toList();
        }
    }

    /** Chooses. */
    @Descriptor("Says which machine is watched when none is named.")
    public Text use(@Descriptor("name of the machine") String name) {
        machines.machine(name);
        watching.watch(name);
        return new Text("watching " + name);
    }

    /** Lists processes from outside. */
    @Descriptor("Lists a guest's processes, found in its memory.")
    public List<ProcessRow> ps(@Descriptor("[--machine NAME]") Words words) {
        Proc proc = watched(words).now();
        List<ProcessRow> rows = new ArrayList<>();
        proc.moment()
                .tasks()
                .values()
                .forEach(task -> rows.add(new ProcessRow(task.pid(), task.parent(),
                        task.owner().uids().get(1), task.state(), task.memory().resident() * 4,
                        command(task, proc.moment().arguments().get(task.pid())))));
        return rows;
    }

    private static String command(GuestTask task, byte[] arguments) {
        String text = new String(arguments, java.nio.charset.StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
        return text.isEmpty() ? "[" + task.name() + "]" : text;
    }

    /** Shows a file of the guest's /proc. */
    @Descriptor("Shows a file or folder of a guest's /proc, made from its memory.")
    public Text cat(@Descriptor("PATH [--machine NAME]: for example 1/status, or net/tcp") Words words) {
        String path = words.word(0, "the path").replaceAll("^/*(proc/+)?|/+$", "");
        Entry entry = watched(words).now()
                .find(path, 0)
                .orElseThrow(() -> new UsageError("no such file in the guest's /proc: " + path, "scw:cat / lists it"));
        return new Text(switch (entry) {
        case Entry.Text text ->
            new String(text.content(), java.nio.charset.StandardCharsets.ISO_8859_1).stripTrailing();
        case Entry.Stored file ->
            new String(file.content().get(), java.nio.charset.StandardCharsets.ISO_8859_1).stripTrailing();
        case Entry.Folder folder -> String.join("\n", folder.entries());
        case Entry.Link link -> "-> " + link.target();
        });
    }

    /** Compares the ways to processes and to sockets. */
    @Descriptor("Lists what hides: processes in the pid numbers and not in the task list, or the other way round; open sockets "
            + "in no table.")
    public List<HiddenRow> hidden(@Descriptor("[--machine NAME]") Words words) {
        Watched watched = watched(words);
        List<HiddenRow> rows = new ArrayList<>(hidden(watched.now()));
        watched.hiddenSockets()
                .forEach(socket -> rows.add(new HiddenRow(socket.task().pid(), socket.task().name(),
                        HiddenSocket.name(socket.held().socket()), "socket tables")));
        return rows;
    }

    static List<HiddenRow> hidden(Proc proc) {
        return proc.moment()
                .tasks()
                .values()
                .stream()
                .filter(task -> !task.listed() || !task.numbered())
                .map(task -> new HiddenRow(task.pid(), task.name(), "process",
                        task.listed() ? "pid numbers" : "task list"))
                .toList();
    }

    /** Unmounts everything. */
    @Deactivate
    public void close() {
        List<Held> going;
        synchronized (mounts) {
            going = List.copyOf(mounts.values());
            mounts.clear();
        }
        going.forEach(held -> held.mount.close());
    }
}
