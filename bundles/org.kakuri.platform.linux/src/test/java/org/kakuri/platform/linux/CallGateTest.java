package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CallGateTest {

    @Test
    void endsACallThatBlocks() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            CallGate gate = new CallGate();
            CountDownLatch bound = new CountDownLatch(1);
            var result = new CompletableFuture<Long>();
            Thread owner = Thread.ofPlatform().start(() -> {
                gate.bind();
                bound.countDown();
                result.complete(read(gate, pipe));
            });
            bound.await();
            gate.close();
            assertEquals(-Errno.EINTR, result.get(10, TimeUnit.SECONDS));
            owner.join();
        }
    }

    private static long read(CallGate gate, Pipe pipe) {
        try (Arena arena = Arena.ofConfined()) {
            var byteOfRoom = arena.allocate(1);
            while (gate.enter()) {
                long n = FdIo.readRaw(pipe.reader().number(), byteOfRoom, 0, 1);
                gate.leave();
                if (n != -Errno.EINTR) {
                    return n;
                }
            }
            return -Errno.EINTR;
        }
    }

    @Test
    void leavesCallsAloneUntilItIsClosed() {
        try (Pipe pipe = Pipe.open(); Arena arena = Arena.ofConfined()) {
            CallGate gate = new CallGate();
            gate.bind();
            FdIo.write(pipe.writer(), arena.allocate(1));
            assertEquals(1, read(gate, pipe));
            gate.close();
            assertFalse(gate.enter());
        }
    }

    /** Closing at any moment, also between the question and the call, must not leave the owner asleep. */
    @Test
    void neverMissesTheMomentBeforeTheCall() throws Exception {
        for (int round = 0; round < 300; round++) {
            try (Pipe pipe = Pipe.open()) {
                CallGate gate = new CallGate();
                CountDownLatch bound = new CountDownLatch(1);
                Thread owner = Thread.ofPlatform().start(() -> {
                    gate.bind();
                    bound.countDown();
                    read(gate, pipe);
                });
                bound.await();
                for (int spin = 0; spin < round % 30 * 40; spin++) {
                    Thread.onSpinWait();
                }
                gate.close();
                owner.join(10_000);
                assertFalse(owner.isAlive(), "round " + round);
            }
        }
    }

    @Test
    void doesNotWaitForAThreadThatIsNotInACall() {
        CallGate gate = new CallGate();
        gate.bind();
        gate.close();
        gate.close();
        assertTrue(Thread.currentThread().isAlive());
    }
}
