package org.kakuri.system.tzmediator.internal;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kakuri.api.Deadline;
import org.kakuri.api.gp.GlobalPlatform;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Spawn;

/** A lease whose sessions run {@link StandInTa} as a child process: real processes, no TEE. */
public final class StandInLease implements Lease {
    /** Every TA that was started, in order. */
    public final List<ChildProcess> started = new ArrayList<>();
    private final Map<String, String> events;
    public boolean closed;
    /** What is lent beside sessions; null for nothing. */
    public GlobalPlatform platform;

    public StandInLease(Map<String, String> events) {
        this.events = events;
    }

    /** A workbench that lends this and can do nothing else. */
    public Workbench workbench() {
        return (Workbench) Proxy.newProxyInstance(Workbench.class.getClassLoader(), new Class<?>[] {Workbench.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("lease")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return this;
                });
    }

    @Override
    public BackendInfo backend() {
        return new BackendInfo("standin", "no TEE", "arm", BackendInfo.Inner.TA_OS, Set.of(), Map.of(),
                Optional.empty(), events, Map.of("run", String.join(" / ", events.keySet())), List.of());
    }

    @Override
    public RuntimeInfo runtime() {
        return new RuntimeInfo("standin", "a Java process", Set.of(RuntimeImage.Kind.WASM), Set.of(), 1 << 20,
                Map.of(), Map.of("cpu", "CPU"));
    }

    @Override
    public Cell cell() {
        return Cell.of("nothing");
    }

    @Override
    public RuntimeSession open(RuntimeImage image, SessionSpec spec) {
        return new Session(spec);
    }

    @Override
    public <T> T extension(Class<T> type) {
        return platform != null && type == GlobalPlatform.class ? type.cast(platform) : Lease.super.extension(type);
    }

    @Override
    public void close() {
        closed = true;
    }

    private synchronized ChildProcess start(SessionSpec spec, Command command) {
        String classPath = Stream.of(StandInTa.class, Fd.class, TzMediator.class)
                .map(c -> c.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(":"));
        List<String> arguments = new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED", "-cp", classPath, StandInTa.class.getName()));
        arguments.addAll(switch (spec.hostCalls()) {
        case SessionSpec.Mediated m ->
            List.of("" + m.bytes(), "" + m.waiting().spins(), "" + m.waiting().yields(), "" + m.cpu().orElseThrow());
        case SessionSpec.Local _ -> List.of(StandInTa.OWN, "0", "0", spec.options().get("cpu"));
        });
        arguments.addAll(command.argv());
        Spawn spawn = Spawn.program(Path.of(System.getProperty("java.home"), "bin", "java"))
                .arguments(arguments)
                .newProcessGroup();
        List<Fd> given = new ArrayList<>();
        try {
            if (spec.hostCalls() instanceof SessionSpec.Mediated m) {
                spawn.inherit(2).give(held(given, m.page().number()), 3);
            } else {
                command.descriptors()
                        .forEach(d -> spawn.give(held(given, d.passed().number()), d.guest()));
            }
            ChildProcess child = spawn.start();
            started.add(child);
            return child;
        } finally {
            given.forEach(Fd::close);
        }
    }

    private static Fd held(List<Fd> given, int number) {
        Fd copy = Fd.own(number).dup();
        given.add(copy);
        return copy;
    }

    private final class Session implements RuntimeSession {
        private final SessionSpec calls;
        private ChildProcess child;

        Session(SessionSpec calls) {
            this.calls = calls;
        }

        @Override
        public GuestProcess spawn(Command command) {
            child = start(calls, command);
            return new Guest(child);
        }

        @Override
        public GuestPlacement placement(GuestProcess process) {
            return new GuestPlacement(child.pid(), 0, 0, 1);
        }

        @Override
        public Measurement measurement() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Evidence attest(byte[] nonce) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Quiescence quiesce(Deadline deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resume() {
            throw new UnsupportedOperationException();
        }

        @Override
        public LedgerSnapshot ledger() {
            return LedgerSnapshot.EMPTY;
        }

        @Override
        public void close() {
            if (child != null) {
                child.signalGroup(Signals.SIGKILL);
                child.waitFor();
            }
        }
    }

    private record Guest(ChildProcess child) implements GuestProcess {
        @Override
        public long id() {
            return child.pid();
        }

        @Override
        public Optional<GuestExit> waitFor(Deadline deadline) {
            Duration slice = deadline.remaining();
            return child.waitFor(slice).map(Guest::exit);
        }

        private static GuestExit exit(ExitStatus status) {
            return status instanceof ExitStatus.Exited(int code) && code != 134
                    ? new GuestExit(OptionalInt.of(code), "", 0, 0)
                    : new GuestExit(OptionalInt.empty(), status instanceof ExitStatus.Exited
                            ? "trap: unreachable"
                            : "ended by " + status, 0, 0);
        }

        @Override
        public void kill(String reason) {
            child.signal(Signals.SIGKILL);
        }

        @Override
        public LedgerSnapshot ledger() {
            return LedgerSnapshot.EMPTY;
        }
    }

}
