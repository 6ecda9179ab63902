package org.kakuri.tee.model.arm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tee.model.memory.Decision;

@Timeout(30)
class TzascTest {
    private static final Actor SECURE = Actor.inside(SecurityState.SECURE, 1);
    private static final Actor REALM = Actor.inside(SecurityState.REALM, 1);
    private static final Actor ROOT = Actor.inside(SecurityState.ROOT, 1);
    private static final Actor DISPLAY = Actor.device("display", SecurityState.NORMAL);
    private static final Actor CRYPTO = Actor.device("crypto", SecurityState.SECURE);
    private static final Actor NIC = Actor.device("nic", SecurityState.NORMAL);

    /** Region 1 is secure only; 2 is a frame buffer that the display (identity 2) reads; 3 is secure read-only. */
    private static Tzasc programmed() {
        var tzasc = new Tzasc();
        tzasc.identify("display", 2);
        tzasc.region(1, new Range(0x10000, 0x2000), Permissions.SECURE_ONLY);
        tzasc.region(2, new Range(0x20000, 0x1000), new Permissions(true, true, 1 << 2, 0));
        tzasc.region(3, new Range(0x12000, 0x1000), new Permissions(true, false, 0, 0));
        return tzasc;
    }

    static Stream<Arguments> rows() {
        return Stream.of(row("background", Actor.HOST, 0xf000, true, true),
                row("first byte", Actor.HOST, 0x10000, false, false),
                row("first byte, store", Actor.HOST, 0x10000, true, false),
                row("last byte", Actor.HOST, 0x11fff, false, false), row("behind", Actor.HOST, 0x13000, false, true),
                row("secure load", SECURE, 0x10000, false, true), row("secure store", SECURE, 0x11fff, true, true),
                row("realm", REALM, 0x10000, false, false), row("root", ROOT, 0x10000, true, true),
                row("device of the normal world", NIC, 0x10000, false, false),
                row("device of the secure world", CRYPTO, 0x10000, true, true),
                row("display reads its buffer", DISPLAY, 0x20000, false, true),
                row("display writes its buffer", DISPLAY, 0x20000, true, false),
                row("another device reads it", NIC, 0x20000, false, false),
                row("processor reads it", Actor.HOST, 0x20000, false, false),
                row("secure load of read-only", SECURE, 0x12000, false, true),
                row("secure store to read-only", SECURE, 0x12000, true, false));
    }

    private static Arguments row(String what, Actor actor, long address, boolean write, boolean passes) {
        return Arguments.of(what, actor, address, write, passes);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void decides(String what, Actor actor, long address, boolean write, boolean passes) {
        Decision decision = programmed().check(actor, new Range(address, 1), write);
        assertEquals(passes, decision == Decision.PASS, decision::toString);
    }

    @Test
    void citesTheRuleAndTheValues() {
        assertEquals(new Decision.Deny(
                "Arm DDI 0504 (CoreLink TZC-400), region access permissions: "
                        + "an access the region does not allow is failed with DECERR",
                "region=1, non-secure read, nsaid=9"), programmed().check(Actor.HOST, new Range(0x10000, 8), false));
    }

    @Test
    void closesTheBackgroundToo() {
        Tzasc tzasc = programmed();
        tzasc.background(Permissions.SECURE_ONLY);
        assertEquals("region=0, non-secure write, nsaid=0",
                ((Decision.Deny) tzasc.check(NIC, new Range(0, 8), true)).detail());
        assertEquals(Decision.PASS, tzasc.check(DISPLAY, new Range(0x20000, 8), false));
    }

    @Test
    void refusesToOverlapEnabledRegions() {
        Tzasc tzasc = programmed();
        var refused = assertThrows(WrongState.class,
                () -> tzasc.region(4, new Range(0x11000, 0x1000), Permissions.OPEN));
        assertEquals("TZASC regions overlap: region=4 [0x11000, 0x12000), region=1 [0x10000, 0x12000)",
                refused.getMessage());
        assertEquals("region=1, non-secure read, nsaid=9",
                ((Decision.Deny) tzasc.check(Actor.HOST, new Range(0x11000, 8), false)).detail());
        tzasc.disable(1);
        tzasc.region(4, new Range(0x11000, 0x1000), Permissions.OPEN);
        assertEquals(Decision.PASS, tzasc.check(Actor.HOST, new Range(0x11000, 8), false));
    }

    @Test
    void programsARegionAnew() {
        Tzasc tzasc = programmed();
        tzasc.region(1, new Range(0x10000, 0x1000), Permissions.SECURE_ONLY);
        assertEquals(Decision.PASS, tzasc.check(Actor.HOST, new Range(0x11000, 8), false));
    }

    @Test
    void refusesWhatTheRegistersCannotHold() {
        var tzasc = new Tzasc();
        assertEquals("programmable regions are 1 to 8: region=0", message(0, new Range(0, 0x1000)));
        assertEquals("programmable regions are 1 to 8: region=9", message(9, new Range(0, 0x1000)));
        assertEquals("regions are whole granules: region=1, range=[0x800, 0x1800), granule=4096",
                message(1, new Range(0x800, 0x1000)));
        assertEquals("regions are whole granules: region=1, range=[0x1000, 0x1800), granule=4096",
                message(1, new Range(0x1000, 0x800)));
        assertThrows(IllegalArgumentException.class, () -> tzasc.identify("nic", 16));
        assertThrows(IllegalArgumentException.class, () -> new Permissions(true, true, 1 << 16, 0));
    }

    private static String message(int region, Range range) {
        return assertThrows(IllegalArgumentException.class, () -> new Tzasc().region(region, range, Permissions.OPEN))
                .getMessage();
    }
}
