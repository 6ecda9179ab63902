package org.kakuri.platform.vm.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.WorkingDirectory;
import org.kakuri.api.command.Words;
import org.kakuri.api.vm.GuestSpec;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.KernelInfo;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.api.vm.VmInfo;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about virtual machines. */
@Component(property = {"kakuri.command.scope=vm", "kakuri.command.function=start", "kakuri.command.function=attach",
    "kakuri.command.function=open", "kakuri.command.function=list", "kakuri.command.function=info",
    "kakuri.command.function=console", "kakuri.command.function=stop", "kakuri.command.function=record",
    "kakuri.command.live=start", "kakuri.command.live=attach", "kakuri.command.live=open",
    "kakuri.command.live=console", "kakuri.command.live=stop", "kakuri.command.live=record",
    "kakuri.command.live=info", "kakuri.command.live.if.running=list"})
public final class VmCommands implements CommandSet {
    private static final List<String> START = List.of("kernel", "machine", "accel", "memory", "file", "timeout");
    private static final Duration CONSOLE_PATIENCE = Duration.ofSeconds(30);

    private final VirtualMachines machines;
    private final Introspection introspection;

    /** Takes what the commands ask. */
    @Activate
    public VmCommands(@Reference VirtualMachines machines, @Reference Introspection introspection) {
        this.machines = machines;
        this.introspection = introspection;
    }

    /** A machine in full. */
    public record Details(VmInfo machine, KernelInfo kernel, int processes, int sockets, List<String> skipped)
            implements
                TextView {
        @Override
        public String text() {
            StringBuilder text = new StringBuilder();
            line(text, "machine", "%s, %s, %s%s, %d MiB".formatted(machine.name(), machine.kind(), machine.state(),
                    machine.machine().isEmpty() ? "" : ", " + machine.machine() + " by " + machine.accelerator(),
                    machine.bytes() >> 20));
            line(text, "kernel", kernel.banner().strip());
            line(text, "text", "virtual 0x%x, physical 0x%x".formatted(kernel.textVirtual(), kernel.textPhysical()));
            line(text, "direct map", "0x%x, %d levels of page tables".formatted(kernel.pageOffset(), kernel.levels()));
            line(text, "layout", "%d types, %d symbols".formatted(kernel.types(), kernel.symbols()));
            line(text, "processes", Integer.toString(processes));
            line(text, "sockets", Integer.toString(sockets));
            skipped.forEach(one -> line(text, "skipped", one));
            return text.toString().stripTrailing();
        }

        private static void line(StringBuilder text, String name, String value) {
            text.append("%-11s %s%n".formatted(name, value));
        }
    }

    /** Text as it is. */
    public record Text(String text) implements TextView {}

    /** Boots a guest. */
    @Descriptor("Boots a Linux guest under QEMU and waits until it is ready.")
    public VmInfo start(@Descriptor("""
            NAME [--kernel FILE] [--machine microvm|q35] [--accel auto|kvm|tcg] [--memory 128m] [--file PATH=FILE] [--timeout S]
            NAME             name of the machine
            --kernel FILE    vmlinuz; default: the newest that provision has fetched, or that is in /boot
            --machine TYPE   QEMU's machine type; default: microvm
            --accel BY       how its CPU is run; auto (default): by KVM where it works, otherwise by TCG
            --memory SIZE    in k, m or g; default: 128m
            --file PATH=FILE put this machine's FILE at the guest's PATH; several separated by commas
            --timeout S      seconds to readiness; default: 60""") Words words) {
        words.onlyNames(START);
        GuestSpec spec = GuestSpec.of(words.word(0, "the name of the machine"));
        if (words.value("kernel").isPresent()) {
            spec = spec.withKernel(Path.of(words.named().get("kernel")));
        }
        spec = spec.withMachine(choice(words, "machine", GuestSpec.Machine.values(), spec.machine()))
                .withAccelerator(choice(words, "accel", GuestSpec.Accelerator.values(), spec.accelerator()))
                .withBytes(words.value("memory").map(VmCommands::size).orElse(spec.bytes()));
        spec = spec.withFiles(files(words.value("file")));
        Duration timeout = words.number("timeout").map(Duration::ofSeconds).orElse(spec.timeout());
        return machines.start(new GuestSpec(spec.name(), spec.kernel(), spec.machine(), spec.accelerator(),
                spec.bytes(), spec.setup(), spec.files(), timeout)).info();
    }

    private static Map<String, byte[]> files(Optional<String> pairs) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String pair : pairs.map(text -> text.split(",")).orElse(new String[0])) {
            int at = pair.indexOf('=');
            Path from = WorkingDirectory.resolve(pair.substring(at + 1));
            if (at <= 0 || !Files.isRegularFile(from)) {
                throw new UsageError("--file has no value " + pair,
                        "write --file=usr/sbin/tcpd=FILE, and FILE must exist");
            }
            try {
                files.put(pair.substring(0, at), Files.readAllBytes(from));
            } catch (IOException e) {
                throw new UsageError("cannot read %s: %s".formatted(from, e.getMessage()), "check its permissions");
            }
        }
        return files;
    }

    private static <E extends Enum<E>> E choice(Words words, String name, E[] values, E otherwise) {
        Optional<String> wanted = words.value(name);
        for (E value : values) {
            if (wanted.isPresent() && value.name().equalsIgnoreCase(wanted.get())) {
                return value;
            }
        }
        if (wanted.isPresent()) {
            throw new UsageError("--%s has no value %s".formatted(name, wanted.get()),
                    "one of " + List.of(values).toString().toLowerCase(Locale.ROOT));
        }
        return otherwise;
    }

    private static long size(String text) {
        String digits = text.substring(0, Math.max(0, text.length() - 1));
        int shift = switch (text.isEmpty() ? ' ' : Character.toLowerCase(text.charAt(text.length() - 1))) {
        case 'k' -> 10;
        case 'm' -> 20;
        case 'g' -> 30;
        default -> -1;
        };
        if (shift < 0 || digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(Character::isDigit)) {
            throw new UsageError("not a size: " + text, "write for example --memory=128m");
        }
        return Long.parseLong(digits) << shift;
    }

    /** Attaches to a guest. */
    @Descriptor("Attaches to a guest that you run: its memory file, and its QMP socket to pause it by.")
    public VmInfo attach(@Descriptor("""
            NAME --memory FILE --kernel FILE [--qmp SOCKET]
            --memory FILE    the mem-path of -object memory-backend-file,share=on
            --kernel FILE    the vmlinuz it booted
            --qmp SOCKET     the socket of -qmp unix:PATH,server=on,wait=off""") Words words) {
        words.onlyNames(List.of("memory", "kernel", "qmp"));
        return machines.attach(words.word(0, "the name of the machine"), required(words, "memory"),
                words.value("qmp").map(Path::of), required(words, "kernel")).info();
    }

    /** Opens recorded memory. */
    @Descriptor("Opens recorded memory of a guest: raw or an ELF core, also compressed.")
    public VmInfo open(@Descriptor("""
            NAME --image FILE --kernel FILE
            --image FILE     raw memory or an ELF core (dump-guest-memory); gzip, zstd, xz or LZ4 on top
            --kernel FILE    the vmlinuz it ran""") Words words) {
        words.onlyNames(List.of("image", "kernel"));
        return machines.open(words.word(0, "the name of the machine"), required(words, "image"),
                required(words, "kernel")).info();
    }

    private static Path required(Words words, String name) {
        return words.value(name)
                .map(Path::of)
                .orElseThrow(() -> new UsageError("--%s FILE is missing".formatted(name), "see --help"));
    }

    /** Lists them. */
    @Descriptor("Lists the virtual machines of this workbench.")
    public List<VmInfo> list() {
        return machines.machines().stream().map(VirtualMachine::info).toList();
    }

    /** Shows one, found from outside. */
    @Descriptor("Shows a machine and the kernel that was found in its memory.")
    public Details info(@Descriptor("name of the machine") String name) {
        VirtualMachine machine = machines.machine(name);
        VmInfo info = machine.info();
        GuestSystem system = introspection.inspect(machine.memory(), machine.kernel());
        try (VirtualMachine.Pause _ = pauseIfPossible(machine)) {
            var tasks = system.tasks();
            var sockets = system.sockets();
            List<String> skipped = new java.util.ArrayList<>(tasks.skipped());
            skipped.addAll(sockets.skipped());
            return new Details(info, system.kernel(), tasks.rows().size(), sockets.rows().size(), skipped);
        }
    }

    private static VirtualMachine.Pause pauseIfPossible(VirtualMachine machine) {
        try {
            return machine.pause();
        } catch (org.kakuri.api.Unsupported live) {
            return () -> {};
        }
    }

    /** Shows its console, or has it run something. */
    @Descriptor("Shows what a guest wrote to its console; what follows -- is run there by its shell.")
    public Text console(@Descriptor("NAME [-- COMMAND ...]") Words words) {
        words.onlyNames(List.of());
        VirtualMachine machine = machines.machine(words.word(0, "the name of the machine"));
        String text = words.rest().isEmpty() ? machine.console()
                : machine.run(String.join(" ", words.rest()), CONSOLE_PATIENCE);
        return new Text(text.stripTrailing());
    }

    /** Ends one. */
    @Descriptor("Ends a guest, or lets go of one that was attached or opened.")
    public VmInfo stop(@Descriptor("name of the machine") String name) {
        VirtualMachine machine = machines.machine(name);
        VmInfo info = machine.info();
        machine.close();
        return info;
    }

    /** Records memory. */
    @Descriptor("Writes a machine's memory to a file, which vm:open takes.")
    public Text record(@Descriptor("name of the machine") String name, @Descriptor("file to write") String file) {
        machines.machine(name).record(Path.of(file));
        return new Text("recorded " + name + " to " + file);
    }
}
