package org.kakuri.system.tzmediator.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.platform.linux.Affinity;

@Timeout(10)
class CpuInterruptsTest {
    private static final List<String> LINES = List.of("           CPU0       CPU2       ",
            " 24:          1          7  IO-APIC   5-edge      ACPI:Ged",
            "LOC:        100        200   Local timer interrupts",
            "ERR:          9", "MIS:          9");

    @Test
    void addsUpTheColumnOfTheCpu() {
        assertEquals(OptionalLong.of(101), CpuInterrupts.of(0, LINES));
        assertEquals(OptionalLong.of(207), CpuInterrupts.of(2, LINES));
    }

    @Test
    void saysNothingAboutACpuThatIsNotThere() {
        assertEquals(OptionalLong.empty(), CpuInterrupts.of(1, LINES));
        assertEquals(OptionalLong.empty(), CpuInterrupts.of(0, List.of()));
    }

    @Test
    void countsUpHere() throws InterruptedException {
        int cpu = Affinity.get(Affinity.THIS_THREAD)[0];
        long before = CpuInterrupts.of(cpu).orElseThrow();
        long now = before;
        for (int i = 0; i < 500 && now == before; i++) {
            Thread.sleep(10);
            now = CpuInterrupts.of(cpu).orElseThrow();
        }
        assertTrue(now > before, "no interrupt in 5 s: before=" + before);
    }
}
