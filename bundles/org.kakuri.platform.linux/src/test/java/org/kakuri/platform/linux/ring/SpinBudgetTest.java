package org.kakuri.platform.linux.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SpinBudgetTest {
    private final SpinBudget budget = new SpinBudget();

    private void slept(int times, long spun, long waited) {
        for (int i = 0; i < times; i++) {
            budget.slept(spun, waited);
        }
    }

    @Test
    void spinsAllAtFirst() {
        assertEquals(20_000, budget.of(20_000));
        assertEquals(0, budget.of(0));
    }

    @Test
    void spinsLessAfterWaitsThatOutlastAllSpins() {
        budget.slept(360_000, 2_600_000);
        assertEquals(10_000, budget.of(20_000));
        slept(9, 180_000, 2_600_000);
        assertEquals(1_250, budget.of(20_000), "down to a sixteenth");
        assertEquals(1, budget.of(5));
        assertEquals(0, budget.of(0));
    }

    @Test
    void spinsAllAgainAfterAWaitThatThoseWouldHaveCovered() {
        slept(4, 360_000, 2_600_000);
        budget.slept(22_000, 120_000);
        assertEquals(20_000, budget.of(20_000));
    }
}
