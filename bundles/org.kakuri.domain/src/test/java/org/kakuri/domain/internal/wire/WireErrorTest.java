package org.kakuri.domain.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.WrongState;

@Timeout(30)
class WireErrorTest {
    private final WireCodec codec = new WireCodec();

    private RuntimeException sentOver(Throwable thrown) {
        Message message = new Message.Failure(1, WireError.of(thrown));
        return ((Message.Failure) codec.decode(codec.encode(message).json(), java.util.List.of())).error()
                .toException("the child");
    }

    static Stream<KakuriException> family() {
        return Stream.of(new Gone("m", "r", true), new Gone("m", "r", false), new Refused("m", "r"),
                new Unsupported("m", "r"), new UsageError("m", "r"), new WrongState("m", "r"),
                new KakuriException("m", "r"));
    }

    @ParameterizedTest
    @MethodSource("family")
    void arrivesAsTheSameType(KakuriException thrown) {
        RuntimeException arrived = sentOver(thrown);

        assertSame(thrown.getClass(), arrived.getClass());
        assertEquals("m", arrived.getMessage());
        assertEquals("r", ((KakuriException) arrived).remedy());
        if (thrown instanceof Gone gone) {
            assertEquals(gone.mayHaveExecuted(), ((Gone) arrived).mayHaveExecuted());
        }
        assertTrue(arrived.getCause().getMessage().startsWith("in the child: " + thrown.getClass().getName() + ": m"));
    }

    @Test
    void namesTheTypeOfAnyOtherException() {
        RuntimeException arrived = sentOver(new ArrayIndexOutOfBoundsException("Index 3"));

        assertSame(KakuriException.class, arrived.getClass());
        assertEquals("the child failed: java.lang.ArrayIndexOutOfBoundsException: Index 3", arrived.getMessage());
        assertEquals("the child failed: java.lang.StackOverflowError",
                sentOver(new StackOverflowError()).getMessage());
        assertInstanceOf(IllegalArgumentException.class, sentOver(new NumberFormatException("x")));
    }

    @Test
    void cutsWhatIsTooLong() {
        assertEquals(65536 + 4, sentOver(new Refused("x".repeat(100_000), "")).getMessage().length());
    }
}
