package org.kakuri.platform.vm.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Nearest;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.api.vm.GuestSpec;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.api.vm.VmInfo;
import org.kakuri.platform.linux.ResourceScope;
import org.kakuri.platform.vm.internal.boot.GuestRoot;
import org.kakuri.platform.vm.internal.boot.Kernels;
import org.kakuri.platform.vm.internal.image.RecordedMemory;
import org.kakuri.platform.vm.internal.qemu.AttachedGuest;
import org.kakuri.platform.vm.internal.qemu.QemuGuest;
import org.kakuri.platform.vm.internal.qemu.QemuProgram;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The machines of this process. They end with this component. */
@Component
public final class VmShelf implements VirtualMachines {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final long LEAST = 64L << 20;
    private static final long MOST = 2L << 30;
    /** A guest that KVM really runs has come up long before. */
    private static final Duration KVM_PATIENCE = Duration.ofSeconds(8);

    private final Map<String, String> environment;
    private final Kernels kernels;
    private final Map<String, Optional<VirtualMachine>> machines = new TreeMap<>();
    private boolean closed;
    private boolean kvmFailed;

    /** Looks for kernels and QEMU as the environment says. */
    @Activate
    public VmShelf() {
        this(System.getenv());
    }

    VmShelf(Map<String, String> environment) {
        this.environment = environment;
        this.kernels = Kernels.of(environment);
    }

    @Override
    public VirtualMachine start(GuestSpec spec) {
        if (spec.bytes() < LEAST || spec.bytes() > MOST || spec.bytes() % (1 << 20) != 0) {
            throw new UsageError(
                    "a guest's memory is 64 MiB to 2 GiB in whole MiB, not %d bytes".formatted(spec.bytes()),
                    "write for example --memory=128m");
        }
        return add(spec.name(), () -> boot(spec));
    }

    private VirtualMachine boot(GuestSpec spec) {
        Path program = QemuProgram.find(environment.getOrDefault("PATH", ""));
        Path kernel = readable(spec.kernel().orElseGet(kernels::newest));
        byte[] initramfs = GuestRoot.initramfs(spec.setup(), spec.files());
        boolean tryKvm = spec.accelerator() == GuestSpec.Accelerator.AUTO && !kvmFailed() && kvmOpens();
        if (tryKvm) {
            try {
                return QemuGuest.start(spec, program, kernel, initramfs, "kvm", KVM_PATIENCE, this::forget);
            } catch (KakuriException e) {
                System.getLogger(VmShelf.class.getName())
                        .log(System.Logger.Level.DEBUG, "KVM does not work here; emulating", e);
                kvmHasFailed();
            }
        }
        String by = spec.accelerator() == GuestSpec.Accelerator.KVM ? "kvm" : "tcg";
        return QemuGuest.start(spec, program, kernel, initramfs, by, spec.timeout(), this::forget);
    }

    private static boolean kvmOpens() {
        Path device = Path.of("/dev/kvm");
        return Files.isReadable(device) && Files.isWritable(device);
    }

    private synchronized boolean kvmFailed() {
        return kvmFailed;
    }

    private synchronized void kvmHasFailed() {
        kvmFailed = true;
    }

    @Override
    public VirtualMachine attach(String name, Path ram, Optional<Path> qmp, Path kernel) {
        return add(name, () -> AttachedGuest.attach(name, ram, qmp, readable(kernel), this::forget));
    }

    @Override
    public VirtualMachine open(String name, Path image, Path kernel) {
        return add(name, () -> RecordedMemory.open(name, image, readable(kernel), this::forget));
    }

    private static Path readable(Path kernel) {
        if (!Files.isRegularFile(kernel) || !Files.isReadable(kernel)) {
            throw new UsageError("cannot read the kernel image " + kernel,
                    "name a vmlinuz; those of /boot are root's on some distributions");
        }
        try {
            return kernel.toRealPath();
        } catch (IOException e) {
            throw new KakuriException("cannot read %s: %s".formatted(kernel, e.getMessage()), "", e);
        }
    }

    /** Takes the name first, so that a machine that is being started is nobody else's. */
    private VirtualMachine add(String name, Supplier<VirtualMachine> maker) {
        if (!NAME.matcher(name).matches()) {
            throw new UsageError("not a name of a machine: '%s'".formatted(name),
                    "letters, digits, dot, - and _; at most 64");
        }
        synchronized (machines) {
            refuseIfClosed();
            if (machines.putIfAbsent(name, Optional.empty()) != null) {
                throw new UsageError("there is a machine %s already".formatted(name), "vm:list shows them");
            }
        }
        VirtualMachine machine = null;
        try {
            machine = maker.get();
            return machine;
        } finally {
            keep(name, machine);
        }
    }

    private void keep(String name, VirtualMachine machine) {
        boolean late;
        synchronized (machines) {
            late = closed;
            if (machine == null || late) {
                machines.remove(name);
            } else {
                machines.put(name, Optional.of(machine));
            }
        }
        if (late && machine != null) {
            machine.close();
            throw new Refused("machine %s came up while the service went".formatted(name), "start it again");
        }
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new Refused("the service of virtual machines has gone", "start the bundle org.kakuri.platform.vm");
        }
    }

    private void forget(VirtualMachine machine) {
        synchronized (machines) {
            machines.values().removeIf(held -> held.isPresent() && held.get() == machine);
        }
    }

    @Override
    public List<VirtualMachine> machines() {
        synchronized (machines) {
            return machines.values().stream().flatMap(Optional::stream).toList();
        }
    }

    @Override
    public VirtualMachine machine(String name) {
        List<VirtualMachine> all = machines();
        return all.stream()
                .filter(machine -> machine.info().name().equals(name))
                .findFirst()
                .orElseThrow(() -> Nearest.unknown("machine", name,
                        all.stream().map(VirtualMachine::info).map(VmInfo::name).toList()));
    }

    /** Ends them all. */
    @Deactivate
    public void close() {
        List<VirtualMachine> going;
        synchronized (machines) {
            closed = true;
            going = machines();
        }
        try (var ending = new ResourceScope("the service of virtual machines")) {
            going.forEach(machine -> ending.keep("machine " + machine.info().name(), machine));
        }
    }
}
