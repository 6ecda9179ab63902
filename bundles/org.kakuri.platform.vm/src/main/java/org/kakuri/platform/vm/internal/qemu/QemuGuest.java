package org.kakuri.platform.vm.internal.qemu;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.vm.GuestMemory;
import org.kakuri.api.vm.GuestSpec;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VmInfo;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.UnixSocketPair;
import org.kakuri.platform.vm.internal.boot.GuestRoot;
import org.kakuri.platform.vm.internal.memory.MappedMemory;

/** A guest that was started here, with its process, memory and connections. */
public final class QemuGuest implements VirtualMachine {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final GuestSpec spec;
    private final Path kernel;
    private final String accelerator;
    private final Consumer<QemuGuest> closed;
    private final MemFd ram;
    private final SharedMapping mapping;
    private final GuestMemory memory;
    private final ChildProcess process;
    private final Console console;
    private final Qmp qmp;
    private final PauseCount pauses;
    private long bootMillis;
    private boolean gone;

    private QemuGuest(GuestSpec spec, Path kernel, String accelerator, Started started, Consumer<QemuGuest> closed) {
        this.spec = spec;
        this.kernel = kernel;
        this.accelerator = accelerator;
        this.closed = closed;
        this.ram = started.ram;
        this.mapping = started.mapping;
        this.memory = MappedMemory.of(mapping.segment(), 0);
        this.process = started.process;
        this.console = started.console;
        this.qmp = started.qmp;
        this.pauses = new PauseCount(qmp);
    }

    /** What is held while a guest starts; closed as a whole if it does not. */
    private static final class Started {
        private MemFd ram;
        private MemFd errors;
        private SharedMapping mapping;
        private ChildProcess process;
        private Console console;
        private FdLines control;
        private Qmp qmp;

        private void undo() {
            close(process);
            close(control);
            close(qmp);
            close(console);
            close(mapping);
            close(ram);
            close(errors);
        }

        /** What QEMU itself complained about. */
        private String complaint() {
            try (SharedMapping text = errors.map()) {
                byte[] bytes = text.segment().toArray(ValueLayout.JAVA_BYTE);
                return new String(bytes, StandardCharsets.UTF_8).strip().replace('\n', '|');
            } catch (NativeException nothing) {
                return "";
            }
        }
    }

    /**
     * Boots it and waits until it is ready.
     *
     * @param closed told once, when it is closed
     */
    public static QemuGuest start(GuestSpec spec, Path program, Path kernel, byte[] initramfs, String accelerator,
            Duration timeout, Consumer<QemuGuest> closed) {
        long begun = System.nanoTime();
        Deadline deadline = Deadline.in(timeout);
        Started started = new Started();
        try {
            launch(spec, program, kernel, initramfs, accelerator, started);
            control(spec, started);
            boolean ready = started.console.await(GuestRoot.READY, deadline);
            if (!ready) {
                throw notReady(spec, timeout, started);
            }
            close(started.errors);
            QemuGuest guest = new QemuGuest(spec, kernel, accelerator, started, closed);
            guest.bootMillis = (System.nanoTime() - begun) / 1_000_000;
            return guest;
        } catch (RuntimeException e) {
            started.undo();
            throw e;
        }
    }

    private static KakuriException notReady(GuestSpec spec, Duration timeout, Started started) {
        String text = started.console.text().strip();
        String end = text.substring(Math.max(0, text.length() - 500)).replace('\n', '|');
        String how = started.process.alive() ? "is not ready after %d ms".formatted(timeout.toMillis())
                : "ended (%s)".formatted(started.process.waitFor());
        return new KakuriException("guest %s %s; it wrote: %s".formatted(spec.name(), how, end),
                "more time, memory, or another kernel or machine may help: vm:start --help");
    }

    private static void launch(GuestSpec spec, Path program, Path kernel, byte[] initramfs, String accelerator,
            Started started) {
        started.ram = MemFd.create("kakuri-ram-" + spec.name(), spec.bytes());
        started.ram.sealSize();
        started.mapping = started.ram.map();
        started.errors = MemFd.create("kakuri-errors-" + spec.name(), 0);
        try (MemFd initrd = MemFd.create("kakuri-initramfs-" + spec.name(), initramfs.length);
                UnixSocketPair control = UnixSocketPair.stream();
                UnixSocketPair serial = UnixSocketPair.stream()) {
            try (SharedMapping content = initrd.map()) {
                content.segment().copyFrom(MemorySegment.ofArray(initramfs));
            }
            started.process = Spawn.program(program)
                    .arguments(QemuCommand.arguments(spec, kernel, accelerator))
                    .give(control.right(), QemuCommand.QMP)
                    .give(serial.right(), QemuCommand.SERIAL)
                    .give(started.ram.fd(), QemuCommand.MEMORY)
                    .give(initrd.fd(), QemuCommand.INITRAMFS)
                    .give(started.errors.fd(), 2)
                    .newSession()
                    .start();
            started.console = new Console(new FdLines(serial.left().dup()), spec.name());
            started.control = new FdLines(control.left().dup());
        } catch (NativeException e) {
            throw new KakuriException("QEMU could not be started: " + e.getMessage(), "", e);
        }
    }

    private static void control(GuestSpec spec, Started started) {
        try {
            // Only now, with QEMU's ends closed here, is its end seen as the end of the connection.
            started.qmp = Qmp.open(started.control, spec.name(), PATIENCE);
        } catch (KakuriException e) {
            Optional<ExitStatus> ended = started.process.waitFor(Duration.ofSeconds(2));
            throw ended.map(status -> new KakuriException("QEMU ended (%s): %s".formatted(status, started.complaint()),
                    "is the kernel one for x86-64?", e)).orElse(e);
        }
    }

    @Override
    public VmInfo info() {
        boolean alive = alive();
        VmInfo.State state = !alive ? VmInfo.State.ENDED
                : pauses.paused() ? VmInfo.State.PAUSED : VmInfo.State.RUNNING;
        return new VmInfo(spec.name(), VmInfo.Kind.GUEST, state, spec.machine().name().toLowerCase(Locale.ROOT),
                accelerator, spec.bytes(), kernel.getFileName().toString(), alive ? process.pid() : 0, bootMillis);
    }

    private synchronized boolean alive() {
        return !gone && process.alive();
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    /** Its memory, writable: for tests and experiments that play the attacker inside. */
    public MemorySegment writableMemory() {
        return mapping.segment();
    }

    @Override
    public Path kernel() {
        return kernel;
    }

    @Override
    public Pause pause() {
        return pauses.pause();
    }

    @Override
    public String console() {
        return console.text();
    }

    @Override
    public String run(String command, Duration timeout) {
        if (!alive()) {
            throw new Gone("guest %s has ended".formatted(spec.name()), "vm:start starts another", false);
        }
        return console.run(command, timeout);
    }

    @Override
    public void record(Path file) {
        try (Pause _ = pause()) {
            MemoryFile.write(mapping.segment(), file);
        } catch (IOException e) {
            throw new KakuriException("cannot write %s: %s".formatted(file, e.getMessage()), "is there room?", e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (gone) {
                return;
            }
            gone = true;
        }
        close(process);
        close(qmp);
        close(console);
        close(mapping);
        close(ram);
        closed.accept(this);
    }

    private static void close(AutoCloseable held) {
        try {
            if (held != null) {
                held.close();
            }
        } catch (Exception e) {
            System.getLogger(QemuGuest.class.getName())
                    .log(System.Logger.Level.WARNING, "a part of a guest was not closed", e);
        }
    }
}
