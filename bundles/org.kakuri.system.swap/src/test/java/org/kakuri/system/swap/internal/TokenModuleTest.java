package org.kakuri.system.swap.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program itself is run by the in-container tests. */
@Timeout(10)
class TokenModuleTest {
    @Test
    void consistsOfSectionsThatFillItInOrder() {
        byte[] module = TokenModule.bytes();
        List<Integer> sections = new ArrayList<>();
        int at = 8;
        while (at < module.length) {
            sections.add((int) module[at]);
            at += 2 + module[at + 1];
        }

        assertEquals("\0asm", new String(module, 0, 4, StandardCharsets.US_ASCII));
        assertEquals(List.of(1, 2, 3, 5, 7, 10), sections);
        assertEquals(module.length, at);
    }
}
