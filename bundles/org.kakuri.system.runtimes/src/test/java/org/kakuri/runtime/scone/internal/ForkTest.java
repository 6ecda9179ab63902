package org.kakuri.runtime.scone.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.DirectLease;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.runtime.libos.HostedInstance;
import org.kakuri.runtime.libos.Image;
import org.kakuri.runtime.libos.PhaseClock;
import org.kakuri.runtime.libos.ServedTrees;
import org.kakuri.runtime.libos.SessionOpening;
import org.kakuri.runtime.libos.SessionOptions;
import org.kakuri.runtime.libos.Templates;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.image.RootView;
import org.kakuri.runtime.scone.internal.ForkHandshake.Message;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.sgx.internal.SgxBackend;

/** A forked process's instance has to prove itself to its parent's before it gets anything; whatever the host changes is refused. */
@Timeout(60)
class ForkTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    private record Host(TeeBackend backend, Machine machine) implements DirectLease {
        static Host fresh() {
            return new Host(new SgxBackend(64), new MachineModel("test", Machine.X86_64));
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }

    private Host host() {
        Host host = Host.fresh();
        keep(host.machine());
        return host;
    }

    private HostedInstance instance(Host host, String code) {
        byte[] page = java.util.Arrays.copyOf(code.getBytes(java.nio.charset.StandardCharsets.US_ASCII), 4096);
        var image = new Image(List.of(new Image.Pages("code", page, Perms.RX)), List.of(), Optional.empty());
        return keep(HostedInstance.build(host, new HostedInstance.Spec(code, image, 8192, 1 << 20, Pricing.NONE,
                Map.of(), false), new PhaseClock()));
    }

    @Test
    void parentAndChildOfTheSameCodeAgree() {
        Host host = host();
        HostedInstance parent = instance(host, "program");
        HostedInstance child = instance(host, "program");
        long before = parent.ledger().count("EGETKEY").count();
        var agreed = ForkHandshake.HONEST.between(parent, child);
        assertTrue(agreed.attested());
        assertEquals(32, agreed.key().getEncoded().length);
        assertEquals(1, child.ledger().count("EREPORT").count());
        // the report key to check its own and the child's report, the seal key
        assertEquals(3, parent.ledger().count("EGETKEY").count() - before);
        assertEquals(1, child.ledger().count("EGETKEY").count());
        assertEquals(0, parent.ledger().count("QUOTE").count());
        assertNotEquals(List.of(agreed.key()), List.of(ForkHandshake.HONEST.between(parent, child).key()));
    }

    @ParameterizedTest
    @EnumSource(Message.class)
    void refusesEveryMessageThatTheHostChanged(Message tampered) {
        Host host = host();
        HostedInstance parent = instance(host, "program");
        HostedInstance child = instance(host, "program");
        for (int at : List.of(0, 100, 400)) {
            var handshake = new ForkHandshake((which, message) -> {
                if (which == tampered) {
                    message[Math.min(at, message.length - 1)] ^= 1;
                }
                return message;
            });
            if (tampered == Message.TARGET && at > 56) { // reserved bytes of a TARGETINFO are nobody's
                continue;
            }
            assertThrows(Refused.class, () -> handshake.between(parent, child), tampered + " at " + at);
        }
        assertThrows(KakuriException.class, () -> new ForkHandshake((_, _) -> new byte[3]).between(parent, child));
    }

    @Test
    void refusesAChildOfOtherCode() {
        Host host = host();
        HostedInstance parent = instance(host, "program");
        HostedInstance child = instance(host, "another");
        var refused = assertThrows(Refused.class, () -> ForkHandshake.HONEST.between(parent, child));
        assertTrue(refused.getMessage().startsWith("fork refused: the child runs other code than its parent"), refused
                .getMessage());
    }

    @Test
    void refusesAChildOnAnotherMachine() {
        HostedInstance parent = instance(host(), "program");
        HostedInstance child = instance(host(), "program");
        var refused = assertThrows(Refused.class, () -> ForkHandshake.HONEST.between(parent, child));
        assertTrue(refused.getMessage().contains("or not on this machine"), refused.getMessage());
    }

    @Test
    void keyOfOneChildIsNotAcceptedByAnother() {
        Host host = host();
        HostedInstance parent = instance(host, "program");
        byte[][] recorded = new byte[1][];
        new ForkHandshake((which, message) -> {
            recorded[0] = which == Message.KEY ? message : recorded[0];
            return message;
        }).between(parent, instance(host, "program"));
        var replay = new ForkHandshake((which, message) -> which == Message.KEY ? recorded[0] : message);
        HostedInstance other = instance(host, "program");
        var refused = assertThrows(Refused.class, () -> replay.between(parent, other));
        assertEquals("fork refused: the key is another child's", refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "fidelity"})
    void forkThatIsRefusedKillsTheChildBeforeItRuns(String mode) {
        Host host = host();
        var spec = new SessionSpec("test", Placement.INLINE, 16 << 20, Pricing.NONE, new SessionSpec.Local(),
                Map.of("mode", mode, "heap", "1m"));
        SessionOptions options = SessionOptions.of("scone", spec.options(), java.util.Set.of("heap"));
        var lying = new ForkHandshake((which, message) -> {
            message[message.length - 1] ^= (byte) (which == Message.REPORT ? 1 : 0);
            return message;
        });
        try (RuntimeSession session = SessionOpening.open(new SconeRuntime().info(), host, new RuntimeImage(
                RuntimeImage.Kind.PROGRAM, Path.of("/bin/dash")), spec, options, new ServedTrees(),
                (_, _, _) -> new SconePersonality(host, spec, options, lying))) {
            GuestProcess guest = session.spawn(new Command(List.of("dash", "-c", "(exit 7); exit $?"), Map.of(), List
                    .of(), Map.of()));
            assertEquals(137, guest.waitFor(Deadline.inSeconds(20)).orElseThrow().status().orElseThrow());
            assertTrue(session.report().notes().stream().anyMatch(note -> note.startsWith("1 forks were refused")));
            assertEquals(0, session.ledger().count(SconeRuntime.COPY).count());
        }
    }

    @Test
    void pagesKeptReadyMeasureAsThoseThatWereRead() {
        Host host = host();
        var program = ProgramClosure.of(new RootView(Path.of("/")), "/bin/dash");
        try (Templates templates = new Templates()) {
            List<HostedInstance> made = new ArrayList<>();
            for (Image image : List.of(Image.of(program), templates.of(program), templates.of(program))) {
                made.add(keep(HostedInstance.build(host, new HostedInstance.Spec("dash", image, 8192, 16 << 20,
                        Pricing.NONE, Map.of(), false), new PhaseClock())));
            }
            for (HostedInstance instance : made) {
                assertEquals(made.getFirst().measurement(), instance.measurement());
                assertEquals(made.getFirst().ledger().counts(), instance.ledger().counts());
            }
        }
    }

    @Test
    void pagesThatTheHostChangedBeforeTheyWereSealedAreDigested() {
        Host host = host();
        var program = ProgramClosure.of(new RootView(Path.of("/")), "/bin/dash");
        try (Templates templates = new Templates()) {
            var spec = new HostedInstance.Spec("dash", templates.of(program), 8192, 16 << 20, Pricing.NONE, Map.of(),
                    false);
            Measurement honest = keep(HostedInstance.build(host, spec, new PhaseClock())).measurement();
            var changing = new Host(new ForwardingBackend(host.backend()), host.machine());
            Measurement changed = keep(HostedInstance.build(changing, spec, new PhaseClock())).measurement();
            assertNotEquals(honest, changed);
            assertEquals(honest, keep(HostedInstance.build(host, spec, new PhaseClock())).measurement());
        }
    }

    /** Flips a bit of what is attached first. */
    private record ForwardingBackend(TeeBackend backend) implements TeeBackend {
        @Override
        public BackendInfo info() {
            return backend.info();
        }

        @Override
        public TeeInstance create(Machine machine, InstanceSpec spec) {
            TeeInstance instance = backend.create(machine, spec);
            return (TeeInstance) java.lang.reflect.Proxy.newProxyInstance(ForkTest.class.getClassLoader(),
                    new Class<?>[] {TeeInstance.class}, (_, method, arguments) -> {
                        if (method.getName().equals("attach") && (long) arguments[0] == HostedInstance.BASE) {
                            var bytes = ((org.kakuri.api.tee.Backing) arguments[1]).segment().orElseThrow();
                            bytes.set(ValueLayout.JAVA_BYTE, 9, (byte) (bytes.get(ValueLayout.JAVA_BYTE, 9) ^ 1));
                        }
                        return method.invoke(instance, arguments);
                    });
        }

        @Override
        public List<Crossing> cross(IoIntent intent) {
            return backend.cross(intent);
        }

        @Override
        public <T> Optional<T> extension(Class<T> type) {
            return backend.extension(type);
        }
    }
}
