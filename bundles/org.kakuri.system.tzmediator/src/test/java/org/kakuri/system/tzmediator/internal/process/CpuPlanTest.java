package org.kakuri.system.tzmediator.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.CallStyle;

@Timeout(10)
class CpuPlanTest {
    private static int[] cpus(String list) {
        return Stream.of(list.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "same-core | POLLING | 0 1   | CA 0, shadow 0, TA 1",
        "same-core | RPC     | 0 1   | CA 0, shadow 0, TA 0",
        "same-core | RPC     | 5     | CA 5, shadow 5, TA 5",
        "split     | POLLING | 2 3 7 | CA 2, shadow 3, TA 7",
        "split     | POLLING | 2 3   | CA 2, shadow 3, TA 2",
        "split     | RPC     | 2 3 7 | CA 2, shadow 3, TA 3"})
    void placesEachSide(String placement, CallStyle style, String allowed, String expected) {
        assertEquals(expected, CpuPlan.mediated(placement, style, cpus(allowed)).text());
    }

    @ParameterizedTest
    @CsvSource({"same-core, 'CA 4, peer 4'", "split, 'CA 4, peer 6'"})
    void placesTheBaseline(String placement, String expected) {
        assertEquals(expected, CpuPlan.baseline(placement, 4, 6).text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"same-core | POLLING | 0 1 | 20000", "same-core | RPC | 0 1 | 0",
        "split | POLLING | 0 1 | 0", "split | POLLING | 0 1 2 | 20000"})
    void letsTheTaSpinOnlyOnItsOwnCpu(String placement, CallStyle style, String allowed, int spins) {
        assertEquals(spins, CpuPlan.mediated(placement, style, cpus(allowed)).trustedWaiting().spins());
    }

    @Test
    void needsASecondCpuForAPollingTa() {
        Unsupported e = assertThrows(Unsupported.class,
                () -> CpuPlan.mediated(CpuPlan.SAME_CORE, CallStyle.POLLING, 3));
        assertEquals("placement=same-core needs a second CPU for a polling TA; this process may use only CPU [3]",
                e.getMessage());
    }

    @Test
    void needsASecondCpuToSplit() {
        Unsupported e = assertThrows(Unsupported.class, () -> CpuPlan.baseline(CpuPlan.SPLIT, 0));
        assertEquals("placement=split needs a second CPU for the peer; this process may use only CPU [0]",
                e.getMessage());
    }
}
