package org.kakuri.system.scwatcher.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.kakuri.api.KakuriException;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.system.scwatcher.internal.fetch.FetchCount;
import org.kakuri.system.scwatcher.internal.fetch.Fetching;
import org.kakuri.system.scwatcher.internal.fuse.FuseMount;
import org.kakuri.system.scwatcher.internal.fuse.FuseSource;
import org.kakuri.system.scwatcher.internal.fuse.Readers;
import org.osgi.framework.BundleContext;

/**
 * How a program gets to see a guest: a runtime that serves trees serves the guest's /proc and files; for an ordinary process they are
 * mounted, and put in place in a mount namespace of the process's own. Closed after the program.
 */
final class Sight implements AutoCloseable {
    private static final String PROC = "/proc";
    private static final String MOUNT = "mount.";
    private static final String SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    /** ss asks the kernel unless it is told that /proc is elsewhere; sorted and formatted output is that of the C locale. */
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", SEARCH, "LC_ALL", "C", "PROC_ROOT", PROC,
            "HOME", "/");
    /** $0 is the mounted /proc, $1 the mounted files or nothing, $2 where they are to be. */
    private static final String PLACE = "mount --bind \"$0\" /proc && { [ -z \"$1\" ] || mount --bind \"$1\" \"$2\"; } "
            + "&& shift 2 && exec \"$@\"";

    private final Deque<AutoCloseable> held = new ArrayDeque<>();
    private final Map<String, String> served = new LinkedHashMap<>();
    private final List<String> mounted = new ArrayList<>();

    /**
     * A program that sees the guest.
     *
     * @param program what is run
     * @param command with its arguments
     * @param options options of the runtime
     */
    record Run(Path program, Command command, Map<String, String> options) {}

    private Sight() {}

    /** Returns whether a runtime serves trees; if not, it is one of ordinary processes. */
    static boolean serves(RuntimeInfo runtime) {
        return runtime.options().keySet().stream().anyMatch(option -> option.startsWith(MOUNT));
    }

    /**
     * Offers the trees to runtimes.
     *
     * @param counted is told what fetching took, for each program
     * @param files whether the guest's files are wanted
     */
    static Sight served(BundleContext context, VirtualMachine machine, Introspection introspection, Fetching fetching,
            Consumer<FetchCount> counted, boolean files) {
        Sight sight = new Sight();
        sight.offer(context, PROC,
                new GuestTree(machine, introspection, GuestTree.What.PROC, fetching, counted));
        if (files) {
            sight.offer(context, "", new GuestTree(machine, introspection, GuestTree.What.FILES, fetching, counted));
        }
        return sight;
    }

    private void offer(BundleContext context, String where, GuestTree tree) {
        OfferedTree offered = OfferedTree.of(context, tree);
        held.push(offered);
        served.put(where, offered.option());
    }

    /**
     * Mounts the trees.
     *
     * @throws org.kakuri.api.Unsupported if this machine or user cannot
     */
    static Sight mounted(VirtualMachine machine, Introspection introspection, boolean files) {
        Sight sight = new Sight();
        try {
            sight.mount("proc", new Readers(new Watched(machine, introspection)::now));
            if (files) {
                sight.mount("files", new Readers(new Watched(machine, introspection)::files));
            }
            return sight;
        } catch (RuntimeException e) {
            sight.close();
            throw e;
        }
    }

    private void mount(String name, FuseSource source) {
        Path folder;
        try {
            folder = Files.createTempDirectory("kakuri-" + name);
        } catch (IOException e) {
            throw new KakuriException("cannot make a folder to mount on: " + e.getMessage(), "", e);
        }
        held.push(() -> Files.delete(folder));
        held.push(FuseMount.mount(folder, source));
        mounted.add(folder.toString());
    }

    /**
     * Returns how a program is run so that it sees the guest.
     *
     * @param argv program, by path or name, and arguments
     * @param files where the guest's files are to be, if they are wanted
     */
    Run of(List<String> argv, Path files) {
        if (mounted.isEmpty()) {
            Map<String, String> options = new LinkedHashMap<>();
            served.forEach((where, what) -> options.put(MOUNT + (where.isEmpty() ? files.toString() : where), what));
            return new Run(program(argv.getFirst()), new Command(argv, ENVIRONMENT, List.of(), Map.of()), options);
        }
        List<String> all = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", PLACE, mounted.getFirst(),
                mounted.size() > 1 ? mounted.get(1) : "", files.toString()));
        all.addAll(argv);
        return new Run(program("unshare"), new Command(all, ENVIRONMENT, List.of(), Map.of()), Map.of());
    }

    private static Path program(String name) {
        Optional<Path> found = (name.contains("/") ? List.of(name)
                : Arrays.stream(SEARCH.split(":")).map(folder -> folder + "/" + name).toList()).stream()
                .map(Path::of)
                .filter(Files::isRegularFile)
                .filter(Files::isExecutable)
                .findFirst();
        return found.orElseThrow(() -> new UsageError("no program " + name + " in " + SEARCH, "give its path"));
    }

    @Override
    public void close() {
        KakuriException failed = null;
        while (!held.isEmpty()) {
            try {
                held.pop().close();
            } catch (Exception e) {
                failed = new KakuriException("cannot take away what a program saw: " + e.getMessage(), "", e);
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
