package org.kakuri.platform.vm.internal.qemu;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.vm.GuestMemory;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VmInfo;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.vm.internal.memory.MappedMemory;

/** A guest that the user runs. Its memory file is mapped read-only; QMP only stops it and lets it go on. */
public final class AttachedGuest implements VirtualMachine {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Memory above this lies elsewhere than its offset in the file, on a PC. */
    private static final long LARGEST = 2L << 30;

    private final String name;
    private final Path kernel;
    private final SharedMapping mapping;
    private final GuestMemory memory;
    private final Optional<Qmp> qmp;
    private final Optional<PauseCount> pauses;
    private final Consumer<VirtualMachine> closed;
    private boolean gone;

    private AttachedGuest(String name, Path kernel, SharedMapping mapping, Optional<Qmp> qmp,
            Consumer<VirtualMachine> closed) {
        this.name = name;
        this.kernel = kernel;
        this.mapping = mapping;
        this.memory = MappedMemory.of(mapping.segment(), 0);
        this.qmp = qmp;
        this.pauses = qmp.map(PauseCount::new);
        this.closed = closed;
    }

    /** Attaches. */
    public static AttachedGuest attach(String name, Path ram, Optional<Path> socket, Path kernel,
            Consumer<VirtualMachine> closed) {
        SharedMapping mapping = map(ram);
        try {
            return new AttachedGuest(name, kernel, mapping, socket.map(path -> qmp(name, path)), closed);
        } catch (RuntimeException e) {
            mapping.close();
            throw e;
        }
    }

    private static SharedMapping map(Path ram) {
        try (Fd fd = PathCalls.open(ram, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0)) {
            long bytes = FileStatus.of(fd).size();
            if (bytes <= 0 || bytes > LARGEST) {
                throw new Refused("%s has %d bytes; a guest's memory is 1 byte to 2 GiB here".formatted(ram, bytes),
                        "name the file of QEMU's memory-backend-file");
            }
            return SharedMapping.of(fd, 0, bytes, false);
        } catch (NativeException e) {
            throw new KakuriException("cannot map %s: %s".formatted(ram, e.getMessage()),
                    "name the file of QEMU's memory-backend-file, share=on", e);
        }
    }

    private static Qmp qmp(String name, Path socket) {
        try {
            return Qmp.open(SocketLines.connect(socket), name, PATIENCE);
        } catch (IOException e) {
            throw new KakuriException("cannot connect to %s: %s".formatted(socket, e.getMessage()),
                    "name the socket of QEMU's -qmp unix:PATH,server=on,wait=off", e);
        }
    }

    @Override
    public VmInfo info() {
        boolean paused = pauses.map(PauseCount::paused).orElse(false);
        return new VmInfo(name, VmInfo.Kind.ATTACHED, paused ? VmInfo.State.PAUSED : VmInfo.State.RUNNING, "", "",
                mapping.size(), kernel.getFileName().toString(), 0, 0);
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public Path kernel() {
        return kernel;
    }

    @Override
    public Pause pause() {
        return pauses.orElseThrow(() -> new Unsupported("guest %s has no QMP socket to pause it by".formatted(name),
                "vm:attach --qmp SOCKET")).pause();
    }

    @Override
    public String console() {
        return "";
    }

    @Override
    public String run(String command, Duration timeout) {
        throw new Unsupported("guest %s was attached; its console is the user's".formatted(name), "");
    }

    @Override
    public void record(Path file) {
        try (Pause _ = pauses.isPresent() ? pause() : () -> {}) {
            MemoryFile.write(mapping.segment(), file);
        } catch (IOException e) {
            throw new KakuriException("cannot write %s: %s".formatted(file, e.getMessage()), "is there room?", e);
        }
    }

    @Override
    public synchronized void close() {
        if (!gone) {
            gone = true;
            qmp.ifPresent(Qmp::close);
            mapping.close();
            closed.accept(this);
        }
    }
}
