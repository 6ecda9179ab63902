package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;

/**
 * Many messages through one TA, one call of its shadow process for each, none lost and nothing growing. How many says the system
 * property {@code kakuri.messages}.
 */
@Timeout(3600)
class ManyMessagesTest {
    private static final Path GUEST = Path.of("../../workspace/guests/tz/ta_pingpong.wasm")
            .toAbsolutePath()
            .normalize();
    private static final long MESSAGES = Long.getLong("kakuri.messages", 200_000);
    private static final int BYTES = 64;
    private static final int BATCH = 250;
    private static final int FLIP = 0x5a;
    private static final long MOST_GROWTH_KIB = 32 << 10;

    /** What a process holds. */
    private record Held(long residentKib, int descriptors) {
        static Held of(long pid) {
            String resident = ProcFs.status((int) pid).get("VmRSS");
            return new Held(Long.parseLong(resident.replaceAll("[^0-9]", "")), ProcFs.descriptors((int) pid).size());
        }
    }

    @Test
    void noneIsLostAndNothingGrows() throws InterruptedException {
        Bench bench = new Bench(TestBackends.none());
        try (Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                TestShadow shadow = new TestShadow(back.writer(), Optional.of(there.reader()));
                RuntimeSession session = bench.open(GUEST, Bench.MEMORY, shadow.calls(CallStyle.POLLING),
                        "mediator.pid=" + shadow.pid())) {
            there.reader().close();
            back.writer().close();
            var guest = session.spawn(new Command(
                    List.of("ta_pingpong", "fused", "" + BYTES, "" + TestShadow.INPUT, "" + TestShadow.OUTPUT),
                    Map.of(), List.of(GuestDescriptor.mediated(TestShadow.INPUT, TestShadow.INPUT),
                            GuestDescriptor.mediated(TestShadow.OUTPUT, TestShadow.OUTPUT)),
                    Map.of()));
            Thread writer = Thread.ofPlatform().daemon().start(() -> write(there));
            long start = System.nanoTime();
            long early = MESSAGES / BATCH / 10;
            read(back, 0, early);
            Held shadowBefore = Held.of(shadow.pid());
            Held before = Held.of(ProcessHandle.current().pid());
            read(back, early, MESSAGES / BATCH);
            Held shadowAfter = Held.of(shadow.pid());
            Held after = Held.of(ProcessHandle.current().pid());
            long nanos = System.nanoTime() - start;
            writer.join();
            there.writer().close();

            assertEquals(OptionalInt.of(0), Bench.end(guest).status());
            System.out.printf("messages=%d ns/message=%d%nshadow before %s after %s%nTA and CA before %s after %s%n",
                    MESSAGES, nanos / MESSAGES, shadowBefore, shadowAfter, before, after);
            assertEquals(shadowBefore.descriptors, shadowAfter.descriptors);
            assertEquals(before.descriptors, after.descriptors);
            assertTrue(shadowAfter.residentKib - shadowBefore.residentKib < MOST_GROWTH_KIB,
                    shadowBefore + " " + shadowAfter);
        } finally {
            bench.close();
        }
    }

    private static void write(Pipe pipe) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment batch = arena.allocate(BATCH * BYTES, 8);
            for (long at = 0; at < MESSAGES / BATCH; at++) {
                for (int i = 0; i < BATCH; i++) {
                    batch.set(ValueLayout.JAVA_BYTE, (long) i * BYTES, (byte) i);
                    batch.set(ValueLayout.JAVA_LONG, (long) i * BYTES + 8, at * BATCH + i);
                }
                FdIo.writeFully(pipe.writer(), batch);
            }
        }
    }

    private static void read(Pipe pipe, long from, long to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment batch = arena.allocate(BATCH * BYTES, 8);
            for (long at = from; at < to; at++) {
                assertEquals(batch.byteSize(), FdIo.readFully(pipe.reader(), batch));
                for (int i = 0; i < BATCH; i++) {
                    long number = batch.get(ValueLayout.JAVA_LONG, (long) i * BYTES + 8);
                    byte flipped = batch.get(ValueLayout.JAVA_BYTE, (long) i * BYTES);
                    if (number != at * BATCH + i || flipped != (byte) (i ^ FLIP)) {
                        throw new AssertionError("message " + (at * BATCH + i) + " came as " + number);
                    }
                }
            }
        }
    }
}
