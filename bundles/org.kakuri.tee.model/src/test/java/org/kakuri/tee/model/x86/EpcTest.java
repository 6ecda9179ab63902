package org.kakuri.tee.model.x86;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tee.model.MachineModel;

/** The EPC and who sees its pages: SDM vol. 3D, 38.3 and 38.5.1. */
@Timeout(20)
class EpcTest {
    private static final Actor OWN = Actor.inside(SecurityState.ENCLAVE, 1);
    private static final int PAGES = 8;

    private final MachineModel machine = new MachineModel("m", Machine.X86_64);
    private final Epc epc = Epc.of(machine, PAGES * 4096L);
    private final MemorySegment bytes = MemorySegment.ofArray(new byte[4 * 4096]);

    @AfterEach
    void close() {
        machine.close();
    }

    private int page(UnaryOperator<EpcmEntry> change) {
        int frame = epc.take(1, "e")[0];
        bytes.asSlice(4096, 4096).fill((byte) 0x5c);
        epc.fill(frame, change.apply(EpcmEntry.of(PageType.PT_REG, 1, 0x1000, Perms.RW)), Backing.of(bytes), 4096);
        return frame;
    }

    private Access read(Actor actor, int frame, byte[] into) {
        MemorySegment to = MemorySegment.ofArray(into);
        return machine.memory().read(actor, epc.address(frame) + 16, to);
    }

    @Test
    void ownCodeReadsAndWritesThePage() {
        int frame = page(entry -> entry);
        byte[] seen = new byte[4];

        assertEquals(Access.Granted.PLAIN, read(OWN, frame, seen));
        assertArrayEquals(new byte[] {0x5c, 0x5c, 0x5c, 0x5c}, seen);
        assertEquals(Access.Granted.PLAIN,
                machine.memory().write(OWN, epc.address(frame), MemorySegment.ofArray(new byte[] {7})));
        assertEquals(7, bytes.get(ValueLayout.JAVA_BYTE, 4096));
    }

    static Stream<Actor> outsiders() {
        return Stream.of(Actor.HOST, Actor.device("dma", SecurityState.NORMAL),
                Actor.device("odd", SecurityState.ENCLAVE), Actor.inside(SecurityState.GUEST, 1));
    }

    @ParameterizedTest
    @MethodSource("outsiders")
    void showsTheAbortPageToWhoeverIsNotInAnEnclave(Actor actor) {
        int frame = page(entry -> entry);
        byte[] seen = new byte[2];

        Access access = read(actor, frame, seen);

        assertEquals(Access.View.ABORT_PAGE, assertInstanceOf(Access.Granted.class, access).view());
        assertArrayEquals(new byte[] {-1, -1}, seen);
        assertEquals("epcm", access.refusal().orElseThrow().checker());
        assertTrue(access.refusal().get().rule().startsWith("Intel SDM vol. 3D, 38.5.1"));
        machine.memory().write(actor, epc.address(frame), MemorySegment.ofArray(new byte[] {7}));
        assertEquals(0x5c, bytes.get(ValueLayout.JAVA_BYTE, 4096), "a store is dropped");
    }

    @Test
    void showsThePlainBytesWithTheCheckerOff() {
        int frame = page(entry -> entry);
        byte[] seen = new byte[1];

        assertEquals(Access.Granted.PLAIN, machine.memory().without("epcm", () -> read(Actor.HOST, frame, seen)));
        assertEquals(0x5c, seen[0]);
    }

    /** Each condition of SDM vol. 3D, 38.3, as what breaks it and what the fault says. */
    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("the page must belong to the enclave that runs", false,
                        (UnaryOperator<EpcmEntry>) e -> EpcmEntry.of(PageType.PT_REG, 2, 0x1000, Perms.RW)),
                Arguments.of("pages of types PT_SECS, PT_TCS, PT_VA and PT_TRIM are not accessed", false,
                        (UnaryOperator<EpcmEntry>) e -> e.withType(PageType.PT_SECS)),
                Arguments.of("pages of types PT_SECS, PT_TCS, PT_VA and PT_TRIM are not accessed", false,
                        (UnaryOperator<EpcmEntry>) e -> e.withType(PageType.PT_TCS)),
                Arguments.of("pages of types PT_SECS, PT_TCS, PT_VA and PT_TRIM are not accessed", false,
                        (UnaryOperator<EpcmEntry>) e -> e.withType(PageType.PT_TRIM)),
                Arguments.of("the page must not be BLOCKED", false,
                        (UnaryOperator<EpcmEntry>) e -> e.withBlocked(true)),
                Arguments.of("the page must not be PENDING", false,
                        (UnaryOperator<EpcmEntry>) e -> e.withPending(true)),
                Arguments.of("the page must not be MODIFIED", false,
                        (UnaryOperator<EpcmEntry>) e -> e.withModified(true)),
                Arguments.of("the EPCM must allow the access", false,
                        (UnaryOperator<EpcmEntry>) e -> e.withPerms(Perms.NONE)),
                Arguments.of("the EPCM must allow the access", true,
                        (UnaryOperator<EpcmEntry>) e -> e.withPerms(Perms.R)));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void faultsWhatCodeInsideMayNot(String rule, boolean write, UnaryOperator<EpcmEntry> change) {
        int frame = page(change);
        MemorySegment data = MemorySegment.ofArray(new byte[1]);

        Access access = write ? machine.memory().write(OWN, epc.address(frame), data)
                : machine.memory().read(OWN, epc.address(frame), data);

        var fault = assertInstanceOf(AccessFault.class, access);
        assertEquals("Intel SDM vol. 3D, 38.3 (access-control requirements): #PF with PFEC.SGX: " + rule, fault.rule());
    }

    @Test
    void faultsAccessesFromInsideToAPageThatIsNotValid() {
        var fault = assertInstanceOf(AccessFault.class, read(OWN, 3, new byte[1]));
        assertTrue(fault.rule().endsWith("the page must be valid"), fault.rule());
    }

    @Test
    void guardsAPageAsItsBackingDoes() {
        int frame = page(entry -> entry);

        assertEquals(Guard.EVERY_ACCESS, machine.memory().guard(Actor.HOST, epc.address(frame)));
        assertEquals(Guard.CALL_BOUNDARY, machine.memory().guard(OWN, epc.address(frame)));
    }

    @Test
    void givesFramesNextToEachOtherWhereItCan() {
        int[] first = epc.take(2, "a");
        int[] second = epc.take(2, "b");
        epc.remove(first);

        assertArrayEquals(new int[] {4, 5, 6}, epc.take(3, "c"));
        assertArrayEquals(new int[] {0, 1}, first);
        assertArrayEquals(new int[] {2, 3}, second);
        assertArrayEquals(new int[] {0, 1, 7}, epc.take(3, "d"), "what is left, in pieces");
    }

    @Test
    void refusesMoreThanThereIsAndTakesNothing() {
        epc.take(5, "a");
        var e = assertThrows(Unsupported.class, () -> epc.take(4, "b"));
        assertEquals("not enough EPC: enclave=b, wanted pages=4, free=3, EPC=8", e.getMessage());
        assertEquals(3, epc.free());
    }

    @Test
    void refusesToFillAPageTwiceOrToChangeOneThatIsGone() {
        int frame = page(entry -> entry);
        assertThrows(WrongState.class,
                () -> epc.fill(frame, EpcmEntry.of(PageType.PT_VA, 0, 0, Perms.NONE), Backing.of(bytes), 0));
        epc.remove(frame);
        assertThrows(WrongState.class, () -> epc.update(frame, entry -> entry.withBlocked(true)));
    }
}
