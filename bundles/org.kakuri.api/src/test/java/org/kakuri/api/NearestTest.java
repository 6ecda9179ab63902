package org.kakuri.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    private static final List<String> NAMES = List.of("tee:list", "tee:info", "tee:use", "rt:list", "exp:run");

    @ParameterizedTest
    @CsvSource({"tee:lsit, tee:list", "tee:lis, tee:list", "TEE:LIST, tee:list", "exp:rnu, exp:run", "rt:lst, rt:list"})
    void findsTheNameThatWasMeant(String typed, String meant) {
        assertEquals(meant, Nearest.to(typed, NAMES).getFirst());
    }

    @Test
    void findsNothingNearANameFromElsewhere() {
        assertEquals(List.of(), Nearest.to("kubernetes", NAMES));
    }

    @Test
    void listsEverythingWhenNothingIsNear() {
        UsageError error = Nearest.unknown("backend", "riscv-keystone", List.of("sgx", "none"));

        assertEquals("no backend named riscv-keystone", error.getMessage());
        assertEquals("there are none, sgx", error.remedy());
    }

    @Test
    void saysSoWhenThereIsNothingAtAll() {
        assertEquals("there is none yet", Nearest.unknown("backend", "x", List.of()).remedy());
    }
}
