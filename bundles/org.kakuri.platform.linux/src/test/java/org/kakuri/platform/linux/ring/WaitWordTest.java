package org.kakuri.platform.linux.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.platform.linux.Prctl;
import org.kakuri.platform.linux.TestThreads;

@Timeout(60)
class WaitWordTest {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(256, 64);
    private final WaitWord word = new WaitWord("the word", memory, 0, 64);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void spinsThenYieldsThenSleeps() {
        int[] asked = new int[1];
        int value = word.await(0, new WaitPolicy(7, 3, true), () -> true, (w, old) -> {
            assertEquals(0, old);
            if (++asked[0] == 2) {
                w.post(5);
            }
        });
        assertEquals(5, value);
        assertEquals(7, word.spins());
        assertEquals(3, word.yields());
        assertEquals(2, word.sleeps());
    }

    @Test
    void returnsAtOnceWhenTheWordDiffers() {
        word.post(3);
        assertEquals(3, word.await(2, WaitPolicy.SLEEP_ONLY));
        assertEquals(0, word.spins() + word.yields() + word.sleeps());
    }

    @Test
    void announcesSleepOnlyWhileSleeping() throws Exception {
        CompletableFuture<Integer> waited = new CompletableFuture<>();
        TestThreads.start(() -> {
            Prctl.setName("word-sleeper");
            waited.complete(word.await(0, WaitPolicy.SLEEP_ONLY));
        });
        while (memory.get(ValueLayout.JAVA_INT, 64) == 0) {
            Thread.yield();
        }
        assertEquals(1, memory.get(ValueLayout.JAVA_INT, 64));
        word.post(9);
        assertEquals(9, waited.join());
        assertEquals(0, memory.get(ValueLayout.JAVA_INT, 64));
    }

    @Test
    void doesNotSleepWhenTheWordChangedAfterTheAnnouncement() {
        memory.set(ValueLayout.JAVA_INT, 0, 4);
        word.sleep(3, -1);
        assertEquals(0, memory.get(ValueLayout.JAVA_INT, 64));
    }

    /** Sequentially consistent stores and loads: a poster and a sleeper that never spins never miss each other. */
    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "50,2", "1000,10"})
    void noWakeUpIsLost(int spins, int yields) {
        int rounds = 20_000;
        WaitPolicy policy = new WaitPolicy(spins, yields, true);
        WaitWord there = new WaitWord("there", memory, 0, 64);
        WaitWord back = new WaitWord("back", memory, 128, 192);
        CompletableFuture<Void> echo = TestThreads.start(() -> {
            WaitWord in = new WaitWord("there", memory, 0, 64);
            for (int i = 0; i < rounds; i++) {
                int value = in.await(i, policy, () -> false, (w, old) -> w.sleep(old, 5_000_000_000L));
                assertEquals(i + 1, value);
                back.post(value);
            }
        });
        WaitWord in = new WaitWord("back", memory, 128, 192);
        for (int i = 0; i < rounds; i++) {
            there.post(i + 1);
            assertEquals(i + 1, in.await(i, policy, () -> false, (w, old) -> w.sleep(old, 5_000_000_000L)),
                    "a lost wake-up would end in PeerGone after 5 s");
        }
        echo.join();
    }

    @Test
    void deadPeerIsNoticedAfterASleep() {
        assertEquals("peer is gone: waiting for the word; whether a call in flight was executed is not known",
                assertThrows(PeerGone.class, () -> word.await(0, WaitPolicy.SLEEP_ONLY, () -> false, Sleeper.FUTEX))
                        .getMessage());
        assertEquals(1, word.sleeps());
    }

    @Test
    void aPostJustBeforeThePeerDiedCounts() {
        assertEquals(1, word.await(0, WaitPolicy.SLEEP_ONLY, () -> {
            word.post(1);
            return false;
        }, (w, old) -> {}));
    }

    @Test
    void disturbEndsAWait() {
        CompletableFuture<Void> waiter = TestThreads.start(() -> assertEquals(1, word.await(0, WaitPolicy.SLEEP_ONLY)));
        word.disturb();
        waiter.join();
    }

    @Test
    void wordsMustBeAligned() {
        assertThrows(IllegalArgumentException.class, () -> new WaitWord("odd", memory, 2, 64));
        assertThrows(IndexOutOfBoundsException.class, () -> new WaitWord("far", memory, 256, 64));
    }

    @Test
    void policiesWithoutSenseAreRefused() {
        assertEquals("a count is negative: spins=-1, yields=0",
                assertThrows(IllegalArgumentException.class, () -> new WaitPolicy(-1, 0, true)).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new WaitPolicy(5, 0, false)).getMessage()
                .startsWith("without sleep some yields are needed"));
        assertEquals(0, WaitPolicy.CO_LOCATED.spins());
    }
}
