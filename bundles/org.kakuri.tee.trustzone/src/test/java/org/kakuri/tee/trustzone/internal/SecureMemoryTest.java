package org.kakuri.tee.trustzone.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.MachineModel;

@Timeout(30)
class SecureMemoryTest {
    private static final Actor NIC = Actor.device("nic", SecurityState.NORMAL);
    private static final Actor DMA = Actor.device("dma", SecurityState.SECURE);
    private static final long CARVE_OUT = 0xfff0_0000L;

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private static MemorySegment heap(int bytes) {
        return MemorySegment.ofArray(new byte[bytes]);
    }

    static Stream<Arguments> accesses() {
        return Stream.of(Arguments.of("host reads", Actor.HOST, false, "region=1, non-secure read, nsaid=9"),
                Arguments.of("host writes", Actor.HOST, true, "region=1, non-secure write, nsaid=9"),
                Arguments.of("device reads", NIC, false, "region=1, non-secure read, nsaid=0"),
                Arguments.of("device writes", NIC, true, "region=1, non-secure write, nsaid=0"),
                Arguments.of("realm reads", Actor.inside(SecurityState.REALM, 9), false,
                        "region=1, non-secure read, nsaid=9"),
                Arguments.of("secure device reads", DMA, false, ""),
                Arguments.of("secure device writes", DMA, true, ""),
                Arguments.of("monitor reads", Actor.inside(SecurityState.ROOT, 0), false, ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accesses")
    void guardsSecureMemory(String what, Actor actor, boolean write, String detail) {
        TeeInstance instance = bench.loaded(0x5a);
        long at = instance.physical(0x10000).orElseThrow().start() + 16;
        MemorySegment data = heap(4);
        Access access = write ? bench.machine.memory().write(actor, at, data)
                : bench.machine.memory().read(actor, at, data);
        byte now = secureByte(at);
        if (detail.isEmpty()) {
            assertEquals(Access.Granted.PLAIN, access);
            assertEquals(write ? 0 : 0x5a, now);
            assertEquals(write ? 0 : 0x5a, data.get(ValueLayout.JAVA_BYTE, 0));
        } else {
            assertEquals(new AccessFault("tzasc",
                    "Arm DDI 0504 (CoreLink TZC-400), region access permissions: "
                            + "an access the region does not allow is failed with DECERR",
                    actor, new Range(at, 4), write, detail), access);
            assertEquals(0x5a, now, "a refused store has no effect");
            assertEquals(0, data.get(ValueLayout.JAVA_BYTE, 0), "a refused load shows nothing");
        }
    }

    private byte secureByte(long at) {
        MemorySegment one = heap(1);
        assertEquals(Access.Granted.PLAIN, bench.machine.memory().read(Actor.inside(SecurityState.SECURE, 1), at, one));
        return one.get(ValueLayout.JAVA_BYTE, 0);
    }

    @Test
    void refusesAnAccessAcrossTheBorderAsAWhole() {
        bench.backend.platform(bench.machine);
        bench.machine.memory().placeAt(CARVE_OUT - 4096, "normal", Bench.pages(1, 0x11));
        TeeInstance instance = bench.loaded(0x5a);
        assertEquals(CARVE_OUT, instance.physical(0x10000).orElseThrow().start());
        MemorySegment data = heap(16);
        data.fill((byte) 0x77);
        for (long at : new long[] {CARVE_OUT - 8, CARVE_OUT - 15}) {
            var fault = assertInstanceOf(AccessFault.class, bench.machine.memory().write(Actor.HOST, at, data));
            assertEquals(CARVE_OUT, fault.range().start());
        }
        assertInstanceOf(AccessFault.class, bench.machine.memory().read(Actor.HOST, CARVE_OUT - 8, data));
        assertEquals(0x77, data.get(ValueLayout.JAVA_BYTE, 0), "nothing of the open half was shown");
        assertEquals(0x11, secureByte(CARVE_OUT - 1), "nor written");
        assertEquals(Access.Granted.PLAIN, bench.machine.memory().write(Actor.HOST, CARVE_OUT - 16, data));
        assertEquals(0x77, secureByte(CARVE_OUT - 1));
    }

    @Test
    void letsTheSecureWorldIntoNormalMemory() {
        TeeInstance instance = bench.loaded(1);
        SharedMemory shared = instance.share(100);
        assertEquals(4096, shared.segment().byteSize());
        assertTrue(shared.physical().start() < CARVE_OUT);
        MemorySegment data = MemorySegment.ofArray(new byte[] {1, 2, 3});
        Actor inside = Actor.inside(SecurityState.SECURE, instance.id());
        assertEquals(Access.Granted.PLAIN, bench.machine.memory().write(inside, shared.physical().start(), data));
        assertEquals(2, shared.segment().get(ValueLayout.JAVA_BYTE, 1));
        shared.segment().set(ValueLayout.JAVA_BYTE, 1, (byte) 9);
        assertEquals(Access.Granted.PLAIN, bench.machine.memory().read(Actor.HOST, shared.physical().start(), data));
        assertEquals(9, data.get(ValueLayout.JAVA_BYTE, 1));
        shared.close();
        assertThrows(IllegalStateException.class, () -> shared.segment().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void leaksWithTheCheckerOffAndOnlyThen() {
        TeeInstance instance = bench.loaded(0x5a);
        long at = instance.physical(0x10000).orElseThrow().start();
        MemorySegment data = heap(4);
        assertInstanceOf(AccessFault.class, bench.machine.memory().read(Actor.HOST, at, data));
        bench.machine.memory().enable("tzasc", false);
        assertEquals(Guard.NONE, bench.machine.memory().guard(Actor.HOST, at));
        assertEquals(Access.Granted.PLAIN, bench.machine.memory().read(Actor.HOST, at, data));
        assertEquals(0x5a, data.get(ValueLayout.JAVA_BYTE, 0));
        bench.machine.memory().enable("tzasc", true);
        assertEquals(Guard.EVERY_ACCESS, bench.machine.memory().guard(Actor.HOST, at));
        assertInstanceOf(AccessFault.class, bench.machine.memory().read(Actor.HOST, at, data));
        assertEquals("{CHECKER_DISABLED=1, CHECKER_ENABLED=1, SMC=2, TA_LOAD_PAGE=2, TA_SESSION_OPEN=1}",
                Bench.counts(bench.machine.ledger().snapshot()));
    }

    @Test
    void scrubsAndFreesMemoryOfADestroyedInstance() {
        MemorySegment pages = Arena.ofAuto().allocate(8192, 4096);
        pages.fill((byte) 0x5a);
        TeeInstance instance = bench.instance();
        instance.attach(0x10000, Backing.of(pages), Perms.RW);
        instance.seal();
        long at = instance.physical(0x10000).orElseThrow().start();
        instance.close();
        instance.close();
        assertEquals(InstanceState.DESTROYED, instance.state());
        assertArrayEquals(new byte[8192], pages.toArray(ValueLayout.JAVA_BYTE));
        assertEquals(1 << 20, bench.machine.memory().free("secure"));
        var fault = assertInstanceOf(AccessFault.class, bench.machine.memory().read(DMA, at, heap(1)));
        assertEquals("bus", fault.checker());
        assertThrows(WrongState.class, () -> Bench.context(instance, _ -> 0));
    }

    @Test
    void refusesMoreThanTheCarveOutHasAndTakesNothing() {
        bench.loaded(1);
        var refused = assertThrows(Unsupported.class,
                () -> bench.backend.create(bench.machine, Bench.spec(1 << 20, Map.of())));
        assertEquals("not enough secure memory: instance=ta, wanted=1048576, free=1040384, carve-out=1048576",
                refused.getMessage());
        assertEquals("ask for less, close instances or configure secureMemoryMiB", refused.remedy());
        TeeInstance first = bench.backend.create(bench.machine, Bench.spec(1040384, Map.of()));
        TeeInstance second = bench.backend.create(bench.machine, Bench.spec(1040384, Map.of()));
        first.attach(0x10000, Bench.pages(254, 1), Perms.RX);
        refused = assertThrows(Unsupported.class, () -> second.attach(0x10000, Bench.pages(1, 1), Perms.RX));
        assertEquals("no room in physical memory: zone=secure, bytes=4096, free=0", refused.getMessage());
        assertEquals("{}", Bench.counts(second.ledger().snapshot()));
        first.close();
        second.attach(0x10000, Bench.pages(1, 1), Perms.RX);
        assertEquals(1 << 20, bench.machine.memory().free("secure") + 3 * 4096);
    }

    static Stream<Arguments> wrongSpecs() {
        return Stream.of(
                Arguments.of("ta.threads", "0", UsageError.class,
                        "option ta.threads of backend trustzone is not a number of threads: 0"),
                Arguments.of("ta.threads", "65", UsageError.class,
                        "option ta.threads of backend trustzone is not a number of threads: 65"),
                Arguments.of("ta.threads", "many", UsageError.class,
                        "option ta.threads of backend trustzone is not a number of threads: many"),
                Arguments.of("ta.thread", "1", Unsupported.class, "no option of backend trustzone named ta.thread"));
    }

    @ParameterizedTest(name = "{0}={1}")
    @MethodSource("wrongSpecs")
    void refusesWrongOptions(String option, String value, Class<? extends RuntimeException> type, String message) {
        bench.backend.platform(bench.machine);
        assertEquals(message, assertThrows(type,
                () -> bench.backend.create(bench.machine, Bench.spec(4096, Map.of(option, value)))).getMessage());
        assertEquals(1 << 20, bench.machine.memory().free("secure"));
    }

    @Test
    void refusesAnInstanceWithoutIdentity() {
        assertEquals("a trusted application needs a UUID: instance=x",
                assertThrows(Unsupported.class, () -> bench.backend.create(bench.machine,
                        new InstanceSpec("x", null, 4096, Pricing.NONE, Map.of()))).getMessage());
    }

    @Test
    void refusesAMachineOfAnotherArchitecture() {
        try (var intel = new MachineModel("host-x", Machine.X86_64)) {
            assertEquals("machine has another architecture: machine=host-x, architecture=x86-64, wanted=arm",
                    assertThrows(Unsupported.class, () -> bench.backend.create(intel, Bench.spec(4096, Map.of())))
                            .getMessage());
            assertEquals(java.util.List.of(), intel.memory().checkers());
        }
    }

    @Test
    void limitsThreadsThatAreAlive() {
        TeeInstance instance = bench.backend.create(bench.machine, Bench.spec(65536, Map.of("ta.threads", "2")));
        instance.attach(0x10000, Bench.pages(1, 1), Perms.RX);
        instance.seal();
        var first = Bench.context(instance, _ -> 1);
        Bench.context(instance, _ -> 2);
        assertEquals("no room for a context: instance=ta, context=main, limit=2",
                assertThrows(Unsupported.class, () -> Bench.context(instance, _ -> 3)).getMessage());
        first.run(Bench.NOBODY);
        Bench.context(instance, _ -> 3).run(Bench.NOBODY);
    }

    @Test
    void hasOneAddressSpaceAndNoMemoryAfterSealing() {
        TeeInstance instance = bench.loaded(1);
        Bench.context(instance, inside -> {
            assertEquals("backend trustzone has no further address spaces in an instance: space=second",
                    assertThrows(Unsupported.class, () -> inside.newSpace(new SpaceSpec("second"))).getMessage());
            assertThrows(Unsupported.class, () -> inside.accept(new Range(0x20000, 4096)));
            return 0;
        }).run(Bench.NOBODY);
        assertEquals("backend trustzone has no memory that is added after sealing: guest=0x20000",
                assertThrows(Unsupported.class, () -> instance.attach(0x20000, Bench.pages(1, 1), Perms.RW))
                        .getMessage());
        assertTrue(bench.backend.info()
                .capabilities()
                .stream()
                .noneMatch(
                        capability -> capability.name().equals("dynamic-memory")
                                || capability.name().equals("address-spaces")));
    }

    @Test
    void sharesOneTzascAmongBackendsOfAMachine() {
        bench.loaded(1);
        new TrustZoneBackend(2).create(bench.machine,
                new InstanceSpec("other", UUID.randomUUID(), 4096, Pricing.NONE, Map.of())).close();
        assertEquals(java.util.List.of("tzasc"), bench.machine.memory().checkers());
        assertThrows(IllegalArgumentException.class, () -> new TrustZoneBackend(0));
    }
}
