package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReleasedTaskTest {
    @Test
    void runsOnceAndIsGoneThen() {
        var runs = new AtomicInteger();
        var task = new ReleasedTask(runs::incrementAndGet);

        task.run();

        assertEquals("a released task runs once", assertThrows(IllegalStateException.class, task::run).getMessage());
        assertEquals(1, runs.get());
    }
}
