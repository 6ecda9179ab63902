package org.kakuri.runtime.wasm.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.runtime.wasm.internal.calls.LocalChannel;
import org.kakuri.runtime.wasm.internal.calls.MediatedChannel;
import org.kakuri.runtime.wasm.internal.calls.PageChannel;
import org.kakuri.runtime.wasm.internal.calls.Services;
import org.kakuri.runtime.wasm.internal.calls.WakeablePosix;
import org.kakuri.runtime.wasm.internal.wasi.WasiProcess;

/**
 * The descriptors of one guest before it starts, and the ways its calls go: to this process for what was passed, to the
 * mediator for what it holds. Made on the spawning thread, entered on the guest's, closed when that has ended.
 */
final class GuestSetup implements AutoCloseable {
    private static final int LARGEST_DESCRIPTOR = 1023;

    private final WakeablePosix own = new WakeablePosix();
    private final Map<Integer, Integer> passed = new TreeMap<>();
    private final Map<Integer, Integer> mediated = new TreeMap<>();
    private final Map<String, Integer> folders = new TreeMap<>();
    private final Map<String, PageChannel> channels = new LinkedHashMap<>();
    private final MediatedChannel mediator;
    private final boolean identity;
    private LocalChannel local;
    private PosixCalls ownCalls = own;
    private PosixCalls mediatorCalls;

    /**
     * @param command what the guest is to find
     * @param instance where it will run
     * @param leaves whether calls of this process leave the instance
     * @param mediator who serves the other descriptors, or null
     * @param identity whether the guest has this process's identity
     * @throws Refused if something cannot be given; nothing remains
     */
    GuestSetup(Command command, TeeInstance instance, boolean leaves, MediatedChannel mediator, boolean identity) {
        this.mediator = mediator;
        this.identity = identity;
        try {
            if (command.mediator() != null) {
                mediator(command.mediator());
            }
            command.descriptors().forEach(this::take);
            command.folders().forEach(this::open);
            if (leaves) {
                local = new LocalChannel(instance.share(CallPageLayout.bytes(LocalChannel.DATA_BYTES)),
                        mediator == null ? Services.POSIX : Services.OWN_POSIX, own);
                channels.put(mediator == null ? Services.POSIX : Services.OWN_POSIX, local);
            }
            if (mediator != null) {
                channels.put(Services.POSIX, mediator);
                channels.put(Services.WAIT, mediator);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void take(Command.GuestDescriptor descriptor) {
        int guest = descriptor.guest();
        if (guest < 0 || guest > LARGEST_DESCRIPTOR) {
            throw new Refused("not a guest descriptor: " + guest, "use 0 to " + LARGEST_DESCRIPTOR);
        }
        if (passed.containsKey(guest) || mediated.containsKey(guest)) {
            throw new Refused("guest descriptor %d is given twice".formatted(guest), "name it once");
        }
        if (descriptor.passed() == null) {
            if (mediator == null) {
                throw new Refused("descriptor %d is a mediator's, and this session has no mediator".formatted(guest),
                        "pass a descriptor of this process");
            }
            mediated.put(guest, descriptor.mediator());
        } else {
            passed.put(guest, duplicate(guest, descriptor.passed().number()));
        }
    }

    private void mediator(Descriptor process) {
        if (mediator == null) {
            throw new Refused("a mediator is named, and this session has none", "open the session with one");
        }
        try {
            mediator.mediator(PidFd.copyOf(Fd.own(process.number())));
        } catch (NativeException e) {
            throw new Refused("the mediator's process cannot be watched: " + e.getMessage(), "is it running?", e);
        }
    }

    private int duplicate(int guest, int number) {
        try {
            int copy = Fd.own(number).dup().number();
            own.give(copy);
            return copy;
        } catch (NativeException e) {
            throw new Refused("descriptor %d for the guest's %d is not open here".formatted(number, guest),
                    "pass an open descriptor", e);
        }
    }

    private void open(String guest, Path host) {
        int opened = PathCalls.openatRaw(PathCalls.AT_FDCWD, host.toString(),
                OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
        if (opened < 0) {
            throw new Refused("cannot give folder %s as %s: %s".formatted(host, guest, Errno.name(-opened)),
                    "check the path");
        }
        own.give(opened);
        folders.put(guest, opened);
    }

    /** Returns who serves calls that leave, by service. */
    Map<String, PageChannel> channels() {
        return channels;
    }

    /** Ends blocking calls of this process, from any thread. */
    void wake() {
        own.wake();
    }

    /** Called first by the code inside. */
    void enter(Inside inside) {
        own.bind();
        if (identity) {
            own.identity(local == null ? _ -> {} : local::attention);
        }
        channels.values().forEach(channel -> channel.enter(inside));
        if (local != null) {
            ownCalls = local.calls();
        }
        if (mediator != null) {
            mediatorCalls = mediator.calls();
        }
    }

    /** Returns how many replies of this process, to this guest alone, were not believed. */
    long refusedReplies() {
        return local == null ? 0 : local.client().refusedReplies();
    }

    /** Called after each call of the guest's. */
    void settle() {
        if (mediator != null) {
            mediator.settle();
        }
    }

    /** Returns how this process gets descriptors that calls are executed on by somebody, if it can. */
    Optional<Function<Integer, Fd>> descriptors(PosixCalls owner) {
        if (owner == ownCalls) {
            return Optional.of(number -> Fd.own(number).dup());
        }
        return owner == mediatorCalls ? mediator.descriptors() : Optional.empty();
    }

    /** Returns who executes waits that concern no descriptor. */
    PosixCalls waiting() {
        return mediated.isEmpty() ? ownCalls : mediatorCalls;
    }

    /** Gives the guest what it is to find: descriptors, standard ones that were not named, folders. */
    void describe(WasiProcess process) {
        passed.forEach((guest, number) -> give(process, guest, ownCalls, number));
        mediated.forEach((guest, number) -> give(process, guest, mediatorCalls, number));
        for (int standard = 0; standard <= 2; standard++) {
            process.nowhere(standard);
        }
        folders.forEach((path, number) -> process.preopen(path, ownCalls, number));
    }

    private static void give(WasiProcess process, int guest, PosixCalls calls, int number) {
        int status = process.give(guest, calls, number);
        if (status < 0) {
            throw new Refused("descriptor %d for the guest's %d cannot be used: %s".formatted(number, guest,
                    Errno.name(-status)), "is it open there?");
        }
    }

    /** Closes what the guest was given and opened. Only after its thread ended. */
    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>();
        // Signals still ring the page until the identity is given back.
        all.add(own);
        if (local != null) {
            all.add(local);
        }
        for (AutoCloseable one : all) {
            try {
                one.close();
            } catch (Exception e) {
                System.getLogger(GuestSetup.class.getName()).log(System.Logger.Level.WARNING, "cannot close " + one, e);
            }
        }
    }
}
