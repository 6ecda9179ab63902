package org.kakuri.tee.model.instance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.tee.model.MachineModel;

@Timeout(60)
class InstanceModelTest {
    private static final long PAGE = 4096;

    private final Arena arena = Arena.ofShared();
    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    private final TestRules rules = new TestRules();
    private final InstanceModel instance = new InstanceModel(machine, spec(Map.of()), rules);

    private static InstanceSpec spec(Map<String, String> options) {
        return new InstanceSpec("ta", new UUID(0, 1), 16 * PAGE, Pricing.NONE, options);
    }

    @AfterEach
    void free() {
        machine.close();
        arena.close();
    }

    private Backing pages(int pages, int fill) {
        MemorySegment memory = arena.allocate(pages * PAGE);
        memory.fill((byte) fill);
        return Backing.of(memory);
    }

    private void bring(InstanceState state) {
        switch (state) {
        case BUILDING -> {}
        case READY -> instance.seal();
        case QUIESCED -> {
            instance.seal();
            instance.quiesce();
        }
        case DESTROYED -> instance.close();
        }
        assertEquals(state, instance.state());
    }

    private void perform(String operation) {
        switch (operation) {
        case "attach" -> instance.attach(0x10000, pages(1, 0), Perms.RW);
        case "seal" -> instance.seal();
        case "addContext" -> instance.addContext(new ContextSpec("c", inside -> 0));
        case "share" -> instance.share(10);
        case "newSpace" -> instance.newSpace(new SpaceSpec("s"));
        case "quiesce" -> instance.quiesce();
        case "resume" -> instance.resume();
        case "close" -> instance.close();
        default -> throw new AssertionError(operation);
        }
    }

    /** Each state x operation, as the table in the class comment of InstanceModel says. */
    @ParameterizedTest
    @CsvSource({
        "BUILDING,  attach,     BUILDING", "BUILDING,  seal,       READY", "BUILDING,  addContext, BUILDING",
        "BUILDING,  share,      BUILDING", "BUILDING,  newSpace,   BUILDING", "BUILDING,  quiesce,    -",
        "BUILDING,  resume,     -", "BUILDING,  close,      DESTROYED", "READY,     attach,     READY",
        "READY,     seal,       -", "READY,     addContext, READY", "READY,     share,      READY",
        "READY,     newSpace,   READY", "READY,     quiesce,    QUIESCED", "READY,     resume,     -",
        "READY,     close,      DESTROYED", "QUIESCED,  attach,     -", "QUIESCED,  seal,       -",
        "QUIESCED,  addContext, -", "QUIESCED,  share,      QUIESCED", "QUIESCED,  newSpace,   -",
        "QUIESCED,  quiesce,    -", "QUIESCED,  resume,     READY", "QUIESCED,  close,      DESTROYED",
        "DESTROYED, attach,     -", "DESTROYED, seal,       -", "DESTROYED, addContext, -",
        "DESTROYED, share,      -", "DESTROYED, newSpace,   -", "DESTROYED, quiesce,    -",
        "DESTROYED, resume,     -", "DESTROYED, close,      DESTROYED"})
    void allowsWhatTheTableSays(InstanceState before, String operation, String after) {
        rules.dynamic = true;
        bring(before);
        if (after.equals("-")) {
            var e = assertThrows(WrongState.class, () -> perform(operation));
            assertEquals("instance ta refuses " + operation + ": state=" + before, e.getMessage());
            assertFalse(e.remedy().isEmpty());
            assertEquals(before, instance.state());
        } else {
            perform(operation);
            assertEquals(InstanceState.valueOf(after), instance.state());
        }
    }

    @ParameterizedTest
    @CsvSource({"BUILDING", "QUIESCED", "DESTROYED"})
    void refusesToRunWhenNotReady(InstanceState state) {
        var context = instance.addContext(new ContextSpec("c", inside -> 0));
        bring(state);
        var e = assertThrows(WrongState.class, () -> context.run(exit -> null));
        assertEquals("instance ta refuses run: state=" + state, e.getMessage());
        assertFalse(rules.log.contains("started c"));
    }

    @Test
    void refusesOptionsItDoesNotKnow() {
        var e = assertThrows(Unsupported.class, () -> new InstanceModel(machine, spec(Map.of("heep", "1")), rules));
        assertEquals("no option of backend test named heep", e.getMessage());
        assertEquals("did you mean heap?", e.remedy());
    }

    @Test
    void measuresTheBytesThatAreInTheBackingNow() throws Exception {
        MemorySegment memory = arena.allocate(2 * PAGE);
        instance.attach(0x4000, Backing.of(memory), Perms.RX);
        memory.fill((byte) 9);

        Measurement measurement = instance.seal();

        var expected = MessageDigest.getInstance("SHA-256");
        expected.update(ByteBuffer.allocate(17).putLong(0x4000).putLong(8192).put((byte) 5).flip());
        var bytes = new byte[8192];
        java.util.Arrays.fill(bytes, (byte) 9);
        expected.update(bytes);
        assertEquals(new Measurement("TEST", "SHA-256", expected.digest()), measurement);
    }

    @Test
    void measuresPermissionsAndAddressesToo() {
        var measurements = new java.util.HashSet<Measurement>();
        for (Perms perms : List.of(Perms.R, Perms.RW, Perms.RX, Perms.NONE)) {
            for (long at : new long[] {0, PAGE}) {
                var one = new InstanceModel(machine, spec(Map.of()), rules);
                one.attach(at, pages(1, 1), perms);
                measurements.add(one.seal());
            }
        }
        assertEquals(8, measurements.size());
    }

    @Test
    void scrubsMemoryWhenDestroyed() {
        MemorySegment memory = arena.allocate(2 * PAGE);
        memory.fill((byte) 0x5a);
        instance.attach(0, Backing.of(memory), Perms.RW);
        long at = instance.physical(0).orElseThrow().start();
        instance.seal();
        assertEquals(0x5a, memory.get(ValueLayout.JAVA_BYTE, 2 * PAGE - 1));

        instance.close();

        assertEquals(-1, memory.mismatch(arena.allocate(2 * PAGE)));
        assertInstanceOf(AccessFault.class, machine.memory().read(Actor.HOST, at, MemorySegment.ofArray(new byte[1])));
        assertEquals(4L << 30, machine.memory().free("ram"));
        assertEquals(Optional.empty(), instance.physical(0));
        assertEquals(List.of("attached [0x0, 0x2000) rw-", "detached [0x0, 0x2000) rw-", "destroyed"), rules.log);
    }

    @Test
    void destroysTheRestWhenABackingFailsToScrub() {
        try (Arena gone = Arena.ofShared()) {
            instance.attach(0, Backing.of(gone.allocate(PAGE)), Perms.RW);
        }
        MemorySegment sound = arena.allocate(PAGE);
        sound.fill((byte) 1);
        instance.attach(PAGE, Backing.of(sound), Perms.RW);

        var e = assertThrows(KakuriException.class, instance::close);

        assertEquals("instance ta was destroyed, but not cleanly: Already closed", e.getMessage());
        assertEquals(0, sound.get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(InstanceState.DESTROYED, instance.state());
        assertEquals(List.of(), machine.memory().regions());
    }

    @Test
    void tellsThePhysicalRangeUpToTheEndOfTheAttachment() {
        instance.attach(0x4000, pages(2, 0), Perms.RW);
        long start = instance.physical(0x4000).orElseThrow().start();
        assertEquals(Optional.of(new Range(start + 0x1001, 0xfff)), instance.physical(0x5001));
        assertEquals(Optional.empty(), instance.physical(0x6000));
        assertEquals(Optional.empty(), instance.physical(0x3fff));
    }

    @Test
    void refusesOverlapsPartsOfPagesAndTooMuch() {
        instance.attach(0x4000, pages(2, 0), Perms.RW);

        var taken = assertThrows(WrongState.class, () -> instance.attach(0x5000, pages(1, 0), Perms.R));
        assertEquals("guest addresses are taken: instance=ta, wanted=[0x5000, 0x6000), taken=[0x4000, 0x6000)",
                taken.getMessage());
        var odd = assertThrows(IllegalArgumentException.class, () -> instance.attach(5, pages(1, 0), Perms.R));
        assertEquals("memory is attached in whole pages: guest=0x5, bytes=4096", odd.getMessage());
        var much = assertThrows(Unsupported.class, () -> instance.attach(0x10000, pages(15, 0), Perms.R));
        assertEquals("instance has not that much memory: instance=ta, wanted=61440, attached=8192, limit=65536",
                much.getMessage());
        assertEquals(1, instance.attachments().size());
        instance.attach(0x10000, pages(14, 0), Perms.R);
    }

    @Test
    void undoesAnAttachmentThatTheRulesRefuse() {
        rules.onAttach = new Unsupported("no", "");
        assertThrows(Unsupported.class, () -> instance.attach(0, pages(1, 0), Perms.R));
        assertEquals(List.of(), machine.memory().regions());
        assertEquals(List.of(), instance.attachments());
    }

    @Test
    void refusesLateMemoryUnlessItIsDynamic() {
        instance.seal();
        var e = assertThrows(Unsupported.class, () -> instance.attach(0, pages(1, 0), Perms.R));
        assertEquals("backend test has no memory that is added after sealing: guest=0x0", e.getMessage());
    }

    @Test
    void givesOfferedMemoryOnlyWhenAccepted() {
        rules.dynamic = true;
        instance.seal();
        instance.attach(0x4000, pages(1, 0), Perms.RW);
        assertEquals(Optional.empty(), instance.physical(0x4000));

        var context = instance.addContext(new ContextSpec("c", inside -> {
            inside.accept(new Range(0x4000, PAGE));
            var again = assertThrows(WrongState.class, () -> inside.accept(new Range(0x4000, PAGE)));
            return again.getMessage()
                    .equals(
                            "not offered as a whole: instance=ta, range=[0x4000, 0x5000), offered=[]") ? 0 : 1;
        }));
        assertEquals(new org.kakuri.api.tee.Exit.Ended(0), context.run(exit -> null));

        assertEquals(PAGE, instance.physical(0x4000).orElseThrow().bytes());
        assertTrue(rules.log.contains("accepted [0x4000, 0x5000) rw-"));
    }

    @Test
    void limitsContexts() {
        rules.limit = 1;
        var first = instance.addContext(new ContextSpec("one", inside -> 0));
        var e = assertThrows(Unsupported.class, () -> instance.addContext(new ContextSpec("two", inside -> 0)));
        assertEquals("no room for a context: instance=ta, context=two, limit=1", e.getMessage());
        instance.seal();
        first.run(exit -> null);
        instance.addContext(new ContextSpec("three", inside -> 0));

        rules.lateContexts = false;
        var late = assertThrows(Unsupported.class, () -> instance.addContext(new ContextSpec("four", inside -> 0)));
        assertEquals("backend test has no contexts that are added after sealing: context=four", late.getMessage());
    }

    @Test
    void sharesMemoryThatBothSidesSee() {
        SharedMemory shared = instance.share(5000);
        assertEquals(8192, shared.segment().byteSize());
        shared.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 42);

        MemorySegment seen = MemorySegment.ofArray(new byte[1]);
        assertEquals(Access.Granted.PLAIN, machine.memory().read(Actor.HOST, shared.physical().start(), seen));
        assertEquals(42, seen.get(ValueLayout.JAVA_BYTE, 0));

        shared.close();
        shared.close();
        assertThrows(IllegalStateException.class, () -> shared.segment().get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, shared::descriptor);
        assertEquals(List.of("shared 8192", "unshared 8192"), rules.log);
        assertEquals(4L << 30, machine.memory().free("ram"));
    }

    @Test
    void registersAMemoryFileAndLeavesItsBytesToTheHost() {
        try (MemFd file = MemFd.create("page", 8192); SharedMapping host = file.map()) {
            SharedMemory shared = instance.register(file.fd().number(), 5000);
            assertEquals(5000, shared.segment().byteSize());
            assertNotEquals(file.fd().number(), shared.descriptor());
            host.segment().set(ValueLayout.JAVA_BYTE, 4999, (byte) 7);
            assertEquals(7, shared.segment().get(ValueLayout.JAVA_BYTE, 4999));

            instance.close();

            assertEquals(7, host.segment().get(ValueLayout.JAVA_BYTE, 4999));
            assertThrows(IllegalStateException.class, () -> shared.segment().get(ValueLayout.JAVA_BYTE, 0));
            assertEquals(List.of("shared 8192 registered", "unshared 8192 registered", "destroyed"), rules.log);
        }
    }

    @Test
    void refusesToRegisterMoreThanTheFileHas() {
        try (MemFd file = MemFd.create("page", 4096)) {
            int fd = file.fd().number();
            var e = assertThrows(WrongState.class, () -> instance.register(fd, 4097));
            assertEquals("memory file is too small: fd=" + fd + ", size=4096, wanted=4097", e.getMessage());
            assertThrows(WrongState.class, () -> instance.register(fd, 0));
        }
        assertThrows(RuntimeException.class, () -> instance.register(1_000_000, 4096));
        assertThrows(IllegalArgumentException.class, () -> instance.share(0));
        assertEquals(List.of(), machine.memory().regions());
    }

    @Test
    void undoesASharingThatTheRulesRefuse() {
        rules.onShare = new Unsupported("no", "");
        assertThrows(Unsupported.class, () -> instance.share(4096));
        assertEquals(List.of(), machine.memory().regions());
    }

    @Test
    void mapsSpacesOverItsAttachmentsAndNarrowsThem() {
        instance.attach(0x4000, pages(4, 0), Perms.R);
        try (var one = instance.newSpace(new SpaceSpec("one")); var two = instance.newSpace(new SpaceSpec("two"))) {
            one.map(0x100000, new Range(0x4000, 2 * PAGE), Perms.R);
            two.map(0x100000, new Range(0x6000, PAGE), Perms.R);
            assertEquals(Optional.of(0x5010L), one.resolve(0x101010));
            assertEquals(Optional.of(0x6010L), two.resolve(0x100010));
            assertEquals(Optional.empty(), one.resolve(0x102000));

            var wide = assertThrows(WrongState.class, () -> one.map(0, new Range(0x4000, PAGE), Perms.RW));
            assertEquals("a space cannot allow more than the instance: space=one, wanted=rw-, allowed=r--",
                    wide.getMessage());
            var taken = assertThrows(WrongState.class, () -> one.map(0x101000, new Range(0x4000, PAGE), Perms.R));
            assertEquals("addresses are taken: space=one, wanted=[0x101000, 0x102000), taken=[0x100000, 0x102000)",
                    taken.getMessage());
            var foreign = assertThrows(WrongState.class, () -> one.map(0, new Range(0x7000, 2 * PAGE), Perms.R));
            assertEquals("memory is not the instance's: space=one, guest=[0x7000, 0x9000)", foreign.getMessage());
            instance.close();
            assertThrows(WrongState.class, () -> one.resolve(0x100000));
        }
    }

    @Test
    void goesWithItsMachine() {
        MemorySegment memory = arena.allocate(PAGE);
        memory.fill((byte) 1);
        instance.attach(0, Backing.of(memory), Perms.RW);
        machine.close();
        assertEquals(InstanceState.DESTROYED, instance.state());
        assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(WrongState.class, () -> new InstanceModel(machine, spec(Map.of()), rules));
    }
}
