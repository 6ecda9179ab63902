package org.kakuri.domain.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutputTailTest {
    private final OutputTail tail = new OutputTail();

    private void add(String text) {
        tail.add(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void keepsEverythingThatFits() {
        add("a\n");
        add("");
        add("b\n\n  \nc☃");

        assertEquals("a\nb\n\n  \nc☃", tail.text());
        assertEquals(List.of("b", "c☃"), tail.lastLines(2, 10));
        assertEquals(List.of("a", "b", "c☃"), tail.lastLines(9, 10));
    }

    @Test
    void keepsTheEndOfWhatDoesNotFit() {
        add("x".repeat(OutputTail.BYTES - 3));
        add("abcdef");

        assertEquals("x".repeat(OutputTail.BYTES - 6) + "abcdef", tail.text());
        assertEquals(OutputTail.BYTES + 3, tail.written());
    }

    @Test
    void keepsTheEndOfOnePieceThatDoesNotFit() {
        add("12345");
        add("y".repeat(OutputTail.BYTES) + "end");

        assertEquals("y".repeat(OutputTail.BYTES - 3) + "end", tail.text());
    }

    @Test
    void cutsLongLines() {
        add("0123456789");

        assertEquals(List.of("01234 ..."), tail.lastLines(1, 5));
    }
}
