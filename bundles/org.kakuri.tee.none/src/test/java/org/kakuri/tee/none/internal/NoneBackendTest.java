package org.kakuri.tee.none.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.MachineModel;

@Timeout(30)
class NoneBackendTest {
    private static final byte[] SECRET = "the key of the experiment".getBytes(StandardCharsets.UTF_8);

    private final Arena arena = Arena.ofShared();
    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    private final NoneBackend backend = new NoneBackend();

    @AfterEach
    void free() {
        machine.close();
        arena.close();
    }

    private TeeInstance create() {
        return backend.create(machine, spec(Map.of()));
    }

    private static InstanceSpec spec(Map<String, String> options) {
        return new InstanceSpec("baseline", new UUID(0, 1), 1 << 20, Pricing.NONE, options);
    }

    private MemorySegment secretPage() {
        MemorySegment page = arena.allocate(4096);
        MemorySegment.copy(SECRET, 0, page, ValueLayout.JAVA_BYTE, 64, SECRET.length);
        return page;
    }

    @Test
    void letsTheHostReadAndChangeTheSecret() {
        TeeInstance instance = create();
        MemorySegment page = secretPage();
        instance.attach(0, Backing.of(page), Perms.RW);
        instance.seal();
        long at = instance.physical(64).orElseThrow().start();

        var stolen = new byte[SECRET.length];
        assertEquals(Access.Granted.PLAIN, machine.memory().read(Actor.HOST, at, MemorySegment.ofArray(stolen)));
        assertArrayEquals(SECRET, stolen);
        assertEquals(Access.Granted.PLAIN,
                machine.memory().write(Actor.HOST, at, MemorySegment.ofArray(new byte[] {'X'})));
        assertEquals('X', page.get(ValueLayout.JAVA_BYTE, 64));
        assertEquals(Guard.NONE, machine.memory().guard(Actor.HOST, at));
    }

    @Test
    void leavesNothingToReadWhenDestroyed() {
        TeeInstance instance = create();
        MemorySegment page = secretPage();
        instance.attach(0, Backing.of(page), Perms.RW);
        long at = instance.physical(64).orElseThrow().start();
        instance.close();
        assertEquals(0, page.get(ValueLayout.JAVA_BYTE, 64));
        assertInstanceOf(AccessFault.class, machine.memory().read(Actor.HOST, at, MemorySegment.ofArray(new byte[1])));
    }

    @ParameterizedTest
    @ValueSource(strings = {Machine.ANY, Machine.ARM, Machine.X86_64, "riscv"})
    void runsOnMachinesOfAnyArchitecture(String architecture) {
        try (var other = new MachineModel("host-b", architecture)) {
            TeeInstance instance = backend.create(other, spec(Map.of()));
            instance.seal();
            assertEquals(new Exit.Ended(4),
                    instance.addContext(new ContextSpec("c", inside -> 4)).run(exit -> Resume.CONTINUE));
        }
    }

    @Test
    void promisesNoProtection() {
        Set<Capability> has = backend.info().capabilities();
        assertEquals(Set.of(Capability.SHARED_MEMORY, Capability.PARALLEL_CONTEXTS, Capability.DYNAMIC_MEMORY,
                Capability.ADDRESS_SPACES), has);
        assertEquals(Optional.empty(), backend.info().evidenceFormat());
        assertFalse(backend.extension(Object.class).isPresent());
    }

    @Test
    void refusesEvidenceAndSealingByName() {
        TeeInstance instance = create();
        instance.seal();
        var messages = new ArrayList<String>();
        instance.addContext(new ContextSpec("c", inside -> {
            messages.add(assertThrows(Unsupported.class, () -> inside.attest(new byte[0])).getMessage());
            messages.add(assertThrows(Unsupported.class, inside::sealing).getMessage());
            return 0;
        })).run(exit -> Resume.CONTINUE);
        assertEquals(List.of("backend none has no attestation", "backend none has no sealing keys"), messages);
    }

    @Test
    void refusesOptions() {
        var e = assertThrows(Unsupported.class, () -> backend.create(machine, spec(Map.of("heap", "1"))));
        assertEquals("no option of backend none named heap", e.getMessage());
    }

    @Test
    void countsHostCallsWithTheirBytes() {
        TeeInstance instance = create();
        instance.seal();
        var context = instance.addContext(new ContextSpec("c", inside -> {
            inside.callHost(new HostRequest("posix", 1, 100));
            inside.callHost(new HostRequest("wait", 0, 0));
            return 0;
        }));
        assertEquals(new Exit.Ended(0), context.run(exit -> Resume.CONTINUE));
        assertEquals(Map.of("HOST_CALL", new EventCount(2, 100, Observability.EXACT)),
                instance.ledger().snapshot().counts());
    }

    @Test
    void runsContextsInParallel() throws Exception {
        TeeInstance instance = create();
        instance.seal();
        var meet = new CyclicBarrier(3);
        var results = new ArrayList<CompletableFuture<Exit.Final>>();
        for (int i = 0; i < 3; i++) {
            var context = instance.addContext(new ContextSpec("c" + i, inside -> {
                meet.await();
                return 1;
            }));
            var result = new CompletableFuture<Exit.Final>();
            Thread.ofPlatform().start(() -> result.complete(context.run(exit -> Resume.CONTINUE)));
            results.add(result);
        }
        for (var result : results) {
            assertEquals(new Exit.Ended(1), result.get());
        }
    }

    @Test
    void makesAddressSpacesOverItsMemory() {
        TeeInstance instance = create();
        instance.attach(0x4000, Backing.of(arena.allocate(8192)), Perms.RW);
        instance.seal();
        var found = new ArrayList<Optional<Long>>();
        Exit.Final last = instance.addContext(new ContextSpec("c", inside -> {
            try (var space = inside.newSpace(new SpaceSpec("child"))) {
                space.map(0, new Range(0x5000, 4096), Perms.R);
                found.add(space.resolve(16));
                found.add(space.resolve(4096));
            }
            return 0;
        })).run(exit -> Resume.CONTINUE);
        assertEquals(new Exit.Ended(0), last);
        assertEquals(List.of(Optional.of(0x5010L), Optional.empty()), found);
    }

    @Test
    void measuresWhatIsLoaded() {
        TeeInstance first = create();
        first.attach(0, Backing.of(secretPage()), Perms.R);
        TeeInstance same = create();
        same.attach(0, Backing.of(secretPage()), Perms.R);
        TeeInstance other = create();
        MemorySegment changed = secretPage();
        changed.set(ValueLayout.JAVA_BYTE, 4095, (byte) 1);
        other.attach(0, Backing.of(changed), Perms.R);

        var measurement = first.seal();
        assertEquals(measurement, same.seal());
        assertNotEquals(measurement, other.seal());
    }

    @ParameterizedTest
    @CsvSource({"FILE, RPC, 1", "STREAM, RPC, 1", "CLOCK, RPC, 1", "WAIT, RPC, 1", "INTERNAL, RPC, 0",
        "FILE, POLLING, 0", "STREAM, POLLING, 0", "CLOCK, POLLING, 0", "WAIT, POLLING, 1", "INTERNAL, POLLING, 0"})
    void tellsWhichCallsReallyHappen(IoIntent.Kind kind, CallStyle style, int calls) {
        var crossings = backend.cross(new IoIntent(kind, 128, style));
        assertEquals(calls, crossings.size());
        crossings.forEach(crossing -> {
            assertEquals("HOST_CALL", crossing.event());
            assertEquals(1, crossing.count());
            assertEquals(128, crossing.bytes());
        });
    }
}
