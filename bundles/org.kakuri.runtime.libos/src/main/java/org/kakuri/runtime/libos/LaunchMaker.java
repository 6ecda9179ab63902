package org.kakuri.runtime.libos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.DomainHosts;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.runtime.libos.calls.CallGroup;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.shield.ConsoleShield;
import org.kakuri.runtime.libos.shield.Shields;
import org.kakuri.runtime.libos.trace.CallFilter;
import org.kakuri.runtime.libos.trace.Launch;

/** Makes of a command what the first process of a guest begins with. */
record LaunchMaker(SessionRoot root, SessionOptions options, Shields shields,
        Optional<ConsoleShield> console) {
    private static final String HOST = "host:";
    private static final String TMPFS = "tmpfs";

    /**
     * What a tracer is to start, with descriptors of its own until it has.
     *
     * @param launch what is started
     * @param held copies of descriptors
     */
    record Ready(Launch launch, List<Fd> held) implements AutoCloseable {
        @Override
        public void close() {
            held.forEach(Fd::close);
        }
    }

    /**
     * Makes it.
     *
     * @param volumes folders to put at paths of the guest's
     * @param serves whether calls that name a file are served
     */
    Ready ready(String program, Command command, Map<String, Path> volumes, boolean serves) {
        Map<String, String> env = new TreeMap<>(command.env());
        String mark = System.getenv(DomainHosts.MARK);
        if (mark != null) {
            env.put(DomainHosts.MARK, mark);
        }
        List<Fd> held = new ArrayList<>();
        try {
            Spawn helper = Launch.helper();
            boolean terminal = give(helper, command, held);
            if (!terminal) { // a group of its own would stop a process that reads the terminal
                helper.newProcessGroup();
            }
            List<Launch.Preparation> preparation = new ArrayList<>();
            var folders = new LinkedHashMap<>(command.folders());
            folders.putAll(volumes);
            if (root.separate()) {
                Path start = folders.remove(".");
                if (start != null) {
                    throw new Refused("a guest with a root file system of its own cannot begin in " + start,
                            "give the folder a path of the guest's");
                }
                preparation.add(guestRoot(folders));
            } else {
                place(helper, folders);
            }
            List<String> argv = new ArrayList<>(command.argv());
            if (!root.separate()) {
                argv.set(0, program);
            }
            List<String> variables = env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
            return new Ready(new Launch(program, argv, variables, helper, preparation, filter(serves),
                    !options.fast()), held);
        } catch (RuntimeException e) {
            held.forEach(Fd::close);
            throw e;
        }
    }

    private Optional<CallFilter> filter(boolean serves) {
        if (options.fast()) {
            return Optional.of(new CallFilter(NotifiedCalls.notified(serves, shields.network()),
                    serves ? ServedCalls.traced() : Set.of(), SystemCallTable.numbers(CallGroup.REFUSED)));
        }
        return shields.network()
                .map(network -> new CallFilter(network.notified(), Set.of(), Set.of()));
    }

    private boolean give(Spawn helper, Command command, List<Fd> held) {
        boolean terminal = false;
        for (Command.GuestDescriptor descriptor : command.descriptors()) {
            if (descriptor.passed() == null) {
                throw new Refused(
                        "descriptor %d is a mediator's, and this session has no mediator".formatted(descriptor.guest()),
                        "pass a descriptor of this process");
            }
            try {
                Fd outside = Fd.own(descriptor.passed().number()).dup();
                Fd copy = console.map(shield -> shield.before(descriptor.guest(), outside)).orElse(outside);
                held.add(copy);
                terminal |= ProcFs.isTerminal(copy.number());
                helper.give(copy, descriptor.guest());
            } catch (NativeException | IllegalArgumentException e) {
                throw new Refused("descriptor %d for the guest's %d cannot be given: %s"
                        .formatted(descriptor.passed().number(), descriptor.guest(), e.getMessage()),
                        "pass an open descriptor", e);
            }
        }
        return terminal;
    }

    private GuestRoot guestRoot(Map<String, Path> folders) {
        var binds = new LinkedHashMap<>(folders);
        List<String> memory = new ArrayList<>();
        boolean readOnly = options.readOnly() && !root.temporary();
        options.mounts().forEach((guest, what) -> {
            if (what.equals(TMPFS)) {
                memory.add(guest);
            } else if (what.startsWith(HOST)) {
                binds.put(guest, Path.of(what.substring(HOST.length())).toAbsolutePath());
            } else if (!what.startsWith("served:") && !what.startsWith("volume:")) {
                throw new UsageError("option mount.%s=%s is not understood".formatted(guest, what),
                        "say tmpfs, host:FOLDER, volume:FOLDER or served:NAME");
            }
        });
        if (readOnly && java.nio.file.Files.isDirectory(root.folder().resolve("tmp"))
                && !options.mounts().containsKey("/tmp")) {
            memory.add("/tmp");
        }
        return new GuestRoot(root.folder(), readOnly, binds, memory);
    }

    private static void place(Spawn helper, Map<String, Path> folders) {
        folders.forEach((guest, host) -> {
            if (guest.equals(".")) {
                helper.directory(host);
            } else if (!Path.of(guest).equals(host.toAbsolutePath().normalize())) {
                throw new Refused("a single program sees %s as %s, not as %s".formatted(host, host, guest),
                        "map the folder to its own path, to . to make it the working directory, or use image /");
            }
        });
    }
}
