package org.kakuri.runtime.plain.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.Observability;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.DomainHosts;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.ResourceScope;
import org.kakuri.platform.linux.Spawn;

/** Processes of one program. The lock protects the table of guests and the state. */
final class PlainSession implements RuntimeSession {
    /** What is known of events: system calls happen and nobody counts them; no instance is there to be entered. */
    static final LedgerSnapshot UNSEEN = LedgerSnapshot.of(
            Map.of(PlainRuntime.SYSTEM_CALL, new EventCount(0, 0, Observability.UNOBSERVED)));

    private final RuntimeImage image;
    private final String name;
    private final Object lock = new Object();
    private final Map<Long, PlainGuest> guests = new LinkedHashMap<>();
    private long nextId = 1;
    private boolean closed;

    PlainSession(RuntimeImage image, String name) {
        this.image = image;
        this.name = name;
    }

    @Override
    public GuestProcess spawn(Command command) {
        synchronized (lock) {
            if (closed) {
                throw new Gone("session " + name + " was closed", "open another", false);
            }
            PlainGuest guest = new PlainGuest(nextId++, start(command));
            guests.put(guest.id(), guest);
            return guest;
        }
    }

    private ChildProcess start(Command command) {
        Spawn spawn = Spawn.program(image.path())
                .arguments(command.argv().subList(1, command.argv().size()))
                .environment(command.env());
        String mark = System.getenv(DomainHosts.MARK);
        if (mark != null) {
            spawn.variable(DomainHosts.MARK, mark);
        }
        command.folders().forEach((guest, host) -> place(spawn, guest, host));
        List<Fd> copies = new ArrayList<>();
        boolean terminal = false;
        try {
            for (Command.GuestDescriptor descriptor : command.descriptors()) {
                if (descriptor.passed() == null) {
                    throw new Refused("descriptor %d is a mediator's, and this session has no mediator".formatted(
                            descriptor.guest()), "pass a descriptor of this process");
                }
                Fd copy = Fd.own(descriptor.passed().number()).dup();
                copies.add(copy);
                terminal |= ProcFs.isTerminal(copy.number());
                spawn.give(copy, descriptor.guest());
            }
            if (!terminal) { // a group of its own would stop a process that reads the terminal
                spawn.newProcessGroup();
            }
            return spawn.start();
        } catch (NativeException | IllegalArgumentException e) {
            throw new Refused("cannot start " + image.path() + ": " + e.getMessage(), "check program and descriptors",
                    e);
        } finally {
            copies.forEach(Fd::close);
        }
    }

    private static void place(Spawn spawn, String guest, Path host) {
        if (guest.equals(".")) {
            spawn.directory(host);
        } else if (!Path.of(guest).equals(host.toAbsolutePath().normalize())) {
            throw new Refused("an ordinary process sees %s as %s, not as %s".formatted(host, host, guest),
                    "map the folder to its own path, or to . to make it the working directory");
        }
    }

    private PlainGuest mine(GuestProcess process) {
        synchronized (lock) {
            PlainGuest guest = guests.get(process.id());
            if (guest == null) {
                throw new IllegalArgumentException("no guest of session " + name + ": id=" + process.id());
            }
            return guest;
        }
    }

    @Override
    public GuestPlacement placement(GuestProcess process) {
        return new GuestPlacement(mine(process).pid(), 0, 0, 0);
    }

    @Override
    public Measurement measurement() {
        throw new Unsupported("an ordinary process lives outside every instance: nothing measured " + image.path(),
                "use runtime wasm");
    }

    @Override
    public Evidence attest(byte[] nonce) {
        throw new Unsupported("an ordinary process lives outside every instance: nothing can attest it",
                "use runtime wasm on a backend that attests");
    }

    @Override
    public Quiescence quiesce(Deadline deadline) {
        return new Quiescence.NotNow("an ordinary process has state in the kernel that cannot be saved");
    }

    @Override
    public void resume() {
        synchronized (lock) {
            if (closed) {
                throw new Gone("session " + name + " was closed", "open another", false);
            }
        }
    }

    @Override
    public LedgerSnapshot ledger() {
        return UNSEEN;
    }

    @Override
    public void close() {
        List<PlainGuest> all;
        synchronized (lock) {
            closed = true;
            all = List.copyOf(guests.values());
        }
        try (var ending = new ResourceScope("session " + name)) {
            all.forEach(guest -> ending.keep("process " + guest.pid(), guest::end));
        }
    }
}
