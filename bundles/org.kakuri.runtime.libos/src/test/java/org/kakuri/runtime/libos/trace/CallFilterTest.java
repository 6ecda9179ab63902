package org.kakuri.runtime.libos.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The filter does to each call what it is to: executed here as linux/filter.h defines it. */
@Timeout(10)
class CallFilterTest {
    private static final int X86_64 = 0xc000003e;
    private static final int ALLOW = 0x7fff0000;
    private static final int NOTIFY = 0x7fc00000;
    private static final int TRACE = 0x7ff00000;
    private static final int ENOSYS = 0x00050000 | 38;

    private static int verdict(CallFilter filter, int number, int architecture) {
        ByteBuffer code = ByteBuffer.wrap(filter.program()).order(ByteOrder.LITTLE_ENDIAN);
        int accumulator = 0;
        for (int at = 0; at < filter.length(); at++) {
            short operation = code.getShort(at * 8);
            int jumpTrue = Byte.toUnsignedInt(code.get(at * 8 + 2));
            int jumpFalse = Byte.toUnsignedInt(code.get(at * 8 + 3));
            int value = code.getInt(at * 8 + 4);
            switch (operation) {
            case 0x20 -> accumulator = value == 0 ? number : architecture;
            case 0x15 -> at += accumulator == value ? jumpTrue : jumpFalse;
            case 0x35 -> at += Integer.compareUnsigned(accumulator, value) >= 0 ? jumpTrue : jumpFalse;
            case 0x06 -> {
                return value;
            }
            default -> throw new AssertionError("operation " + operation);
            }
        }
        throw new AssertionError("fell off the end");
    }

    @Test
    void eachCallGetsItsVerdict() {
        var filter = new CallFilter(Set.of(257, 2), Set.of(80), Set.of(165, 272));
        assertEquals(NOTIFY, verdict(filter, 257, X86_64));
        assertEquals(NOTIFY, verdict(filter, 2, X86_64));
        assertEquals(TRACE, verdict(filter, 80, X86_64));
        assertEquals(ENOSYS, verdict(filter, 165, X86_64));
        assertEquals(ENOSYS, verdict(filter, 272, X86_64));
        assertEquals(ALLOW, verdict(filter, 0, X86_64));
        assertEquals(ALLOW, verdict(filter, 435, X86_64));
    }

    @Test
    void otherCallingConventionsFail() {
        var filter = new CallFilter(Set.of(257), Set.of(), Set.of());
        assertEquals(ENOSYS, verdict(filter, 257, 0x40000003));
        assertEquals(ENOSYS, verdict(filter, 0x40000000 | 257, X86_64));
        assertEquals(ENOSYS, verdict(filter, -1, X86_64));
    }

    @Test
    void withoutAnythingToDoEverythingIsAllowed() {
        assertEquals(ALLOW, verdict(new CallFilter(Set.of(), Set.of(), Set.of()), 1, X86_64));
    }
}
