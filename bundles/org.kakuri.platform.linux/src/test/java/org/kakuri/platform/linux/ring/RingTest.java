package org.kakuri.platform.linux.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.platform.linux.TestThreads;

@Timeout(60)
class RingTest {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(512 + 128, 64);
    private final Ring ring = Ring.create(memory);
    private final RingProducer producer = ring.producer(WaitPolicy.CO_LOCATED, PeerCheck.NONE);
    private final RingConsumer consumer = ring.consumer(WaitPolicy.CO_LOCATED, PeerCheck.NONE);
    private final MemorySegment source = arena.allocate(128);
    private final List<String> taken = new ArrayList<>();

    @AfterEach
    void close() {
        arena.close();
    }

    private boolean offer(int type, String text) {
        source.setString(0, text);
        return producer.offer(type, source, 0, text.length());
    }

    private int poll() {
        return consumer.poll((type, data, offset, length) -> taken.add(type + ":"
                + new String(data.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE))), 100);
    }

    @Test
    void deliversMessagesInOrder() {
        assertEquals(0, poll());
        assertTrue(offer(1, "one"));
        assertTrue(offer(2, ""));
        assertTrue(offer(3, "three---"));
        assertEquals(3, poll());
        assertEquals(List.of("1:one", "2:", "3:three---"), taken);
        assertEquals(0, poll());
    }

    @Test
    void fullRingRefusesUntilThereIsRoom() {
        for (int i = 0; i < 8; i++) {
            assertTrue(offer(i, "12345678"));
        }
        assertFalse(offer(8, ""));
        assertEquals(1, producer.full());
        assertEquals(1, consumer.poll((type, data, offset, length) -> taken.add("" + type), 1));
        assertTrue(offer(8, "abcdefgh"));
        assertFalse(offer(9, ""));
        assertEquals(8, poll());
        assertEquals("8:abcdefgh", taken.getLast());
    }

    @Test
    void recordsNeverWrapButSkipTheRest() {
        assertTrue(offer(1, "x".repeat(56)));
        assertTrue(offer(2, "y".repeat(24)));
        assertEquals(2, poll());
        assertTrue(offer(3, "z".repeat(40)), "32 bytes are left at the end: padded, then 48 at the start");
        assertEquals(32 - 8, memory.get(INT, 512 + 96));
        assertEquals(-1, memory.get(INT, 512 + 100));
        assertEquals(40, memory.get(INT, 512));
        assertEquals(1, poll());
        assertEquals("3:" + "z".repeat(40), taken.getLast());
        assertEquals(176, memory.get(LONG, 0));
        assertEquals(176, memory.get(LONG, 64));
    }

    @Test
    void largestMessageFitsAnywhere() {
        for (int i = 0; i < 1000; i++) {
            assertTrue(offer(i, "m".repeat(i % 57)), "message " + i);
            assertEquals(1, poll());
        }
        assertEquals("length=57 does not fit: at most 56 in a ring of 128",
                assertThrows(IllegalArgumentException.class, () -> producer.offer(0, source, 0, 57)).getMessage());
        assertEquals("type=-1; types of messages are not negative",
                assertThrows(IllegalArgumentException.class, () -> producer.offer(-1, source, 0, 1)).getMessage());
    }

    @Test
    void layoutHasItsLiteralOffsets() {
        offer(7, "abc");
        assertEquals(16, memory.get(LONG, 64));
        assertEquals(1, memory.get(INT, 128));
        assertEquals(3, memory.get(INT, 512));
        assertEquals(7, memory.get(INT, 516));
        assertEquals('a', memory.get(ValueLayout.JAVA_BYTE, 520));
        poll();
        assertEquals(16, memory.get(LONG, 0));
        assertEquals(1, memory.get(INT, 256));
        assertEquals("KAKURIRB", new String(memory.asSlice(384, 8).toArray(ValueLayout.JAVA_BYTE)));
        assertEquals(1, memory.get(INT, 392));
        assertEquals(128, memory.get(LONG, 400));
        ring.close();
        assertEquals(1, memory.get(INT, 448));
        assertEquals(512 + 64, RingLayout.bytes(64));
    }

    @Test
    void hostileTailIsRefused() {
        for (long tail : new long[] {-8, 4, 136, Long.MAX_VALUE & ~7}) {
            memory.set(LONG, 64, tail);
            CorruptRing e = assertThrows(CorruptRing.class, this::poll);
            assertEquals("peer broke the ring: tail=" + tail
                    + ", must be a multiple of 8 from 0 to 128; do not use the ring again", e.getMessage());
        }
        assertEquals(List.of(), taken);
    }

    @Test
    void hostileHeadIsRefused() {
        for (int i = 0; i < 8; i++) {
            offer(i, "12345678");
        }
        for (long head : new long[] {-8, 4, 136}) {
            memory.set(LONG, 0, head);
            assertEquals(head, assertThrows(CorruptRing.class, () -> offer(9, "")).value());
        }
    }

    @Test
    void headCannotGoBack() {
        for (int i = 0; i < 8; i++) {
            offer(i, "12345678");
        }
        poll();
        for (int i = 0; i < 8; i++) {
            assertTrue(offer(i, "12345678"));
        }
        memory.set(LONG, 0, 64L);
        assertEquals("peer broke the ring: head=64, must be a multiple of 8 from 128 to 256; do not use the ring again",
                assertThrows(CorruptRing.class, () -> offer(9, "")).getMessage());
    }

    @Test
    void hostileRecordsAreRefused() {
        offer(1, "good");
        offer(2, "12345678");
        memory.set(INT, 528, 9);
        assertEquals(
                "peer broke the ring: record length=9, must be at most 8 at position 16; do not use the ring again",
                assertThrows(CorruptRing.class, this::poll).getMessage());
        assertEquals(List.of("1:good"), taken, "what came before was handed over");
        memory.set(INT, 528, -1);
        assertEquals("record length", assertThrows(CorruptRing.class, this::poll).field());
        memory.set(INT, 528, 57);
        assertEquals("record length", assertThrows(CorruptRing.class, this::poll).field());
        memory.set(INT, 528, 8);
        memory.set(INT, 532, -2);
        assertEquals("record type", assertThrows(CorruptRing.class, this::poll).field());
        memory.set(INT, 532, 2);
        assertEquals(1, poll(), "the ring works again when the record is sound");
    }

    @Test
    void foreignRingsAreRefused() {
        assertEquals(128, Ring.open(memory).capacity());
        for (long capacity : new long[] {0, 32, 96, 256, -128}) {
            memory.set(LONG, 400, capacity);
            assertEquals("peer broke the ring: capacity=" + capacity
                    + ", must be a power of two from 64 to 128; do not use the ring again",
                    assertThrows(CorruptRing.class, () -> Ring.open(memory)).getMessage());
        }
        memory.set(INT, 392, 0);
        assertEquals("version", assertThrows(CorruptRing.class, () -> Ring.open(memory)).field());
        memory.set(LONG, 384, 0L);
        assertEquals("magic", assertThrows(CorruptRing.class, () -> Ring.open(memory)).field());
        assertEquals("size", assertThrows(CorruptRing.class, () -> Ring.open(memory.asSlice(0, 512))).field());
        assertEquals("not a capacity: capacity=100; a power of two from 64",
                assertThrows(IllegalArgumentException.class, () -> Ring.create(arena.allocate(612, 64)))
                        .getMessage());
    }

    @Test
    void bothSidesWaitForEachOther() {
        int messages = 100_000;
        CompletableFuture<Long> sum = CompletableFuture.supplyAsync(() -> {
            long[] total = new long[2];
            while (total[1] < messages) {
                consumer.receive((type, data, offset, length) -> {
                    assertEquals(total[1], type);
                    for (long i = 0; i < length; i++) {
                        total[0] += data.get(ValueLayout.JAVA_BYTE, offset + i);
                    }
                    total[1]++;
                }, 10);
            }
            return total[0];
        }, r -> Thread.ofPlatform().start(r));
        Random random = new Random(1);
        long expected = 0;
        for (int i = 0; i < messages; i++) {
            int length = random.nextInt(57);
            for (int k = 0; k < length; k++) {
                byte value = (byte) random.nextInt();
                source.set(ValueLayout.JAVA_BYTE, k, value);
                expected += value;
            }
            producer.send(i, source, 0, length);
        }
        assertEquals(expected, sum.join());
    }

    @Test
    void closeEndsAWaitingConsumer() throws Exception {
        RingConsumer sleepy = ring.consumer(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE);
        CompletableFuture<String> end = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            org.kakuri.platform.linux.Prctl.setName("ring-consumer");
            try {
                sleepy.receive((type, data, offset, length) -> taken.add("" + type), 1);
            } catch (PageClosed e) {
                end.complete(e.getMessage());
            }
        });
        TestThreads.awaitBlockedInKernel("ring-consumer");
        ring.close();
        assertEquals("ring is closed", end.join());
        assertThrows(PageClosed.class, () -> offer(1, ""));
    }

    /** The peer can write the ring, so what closes a side must not live there alone. */
    @Test
    void aHostilePeerCannotUndoAClose() {
        int[] asked = new int[1];
        RingConsumer waiting = ring.consumer(WaitPolicy.SLEEP_ONLY, () -> {
            assertEquals(1, ++asked[0], "the consumer went on waiting after the close");
            ring.close();
            memory.set(INT, 128, 0);
            memory.set(INT, 448, 0);
            return true;
        });
        assertEquals("ring is closed", assertThrows(PageClosed.class,
                () -> waiting.receive((type, data, offset, length) -> taken.add("" + type), 1)).getMessage());
    }

    @Test
    void whatWasSentBeforeCloseIsStillDelivered() {
        offer(1, "last");
        ring.close();
        assertEquals(1, consumer.receive((type, data, offset, length) -> taken.add("" + type), 10));
        assertThrows(PageClosed.class, () -> consumer.receive((type, data, offset, length) -> taken.add("" + type), 1));
    }

    @Test
    void deadPeersAreNoticed() {
        RingConsumer lonely = ring.consumer(WaitPolicy.CO_LOCATED, () -> false);
        assertEquals(
                "peer is gone: waiting for messages in the ring; whether a call in flight was executed is not known",
                assertThrows(PeerGone.class,
                        () -> lonely.receive((type, data, offset, length) -> taken.add("" + type), 1)).getMessage());
        RingProducer alone = ring.producer(WaitPolicy.CO_LOCATED, () -> false);
        for (int i = 0; i < 8; i++) {
            alone.send(i, source, 0, 8);
        }
        assertThrows(PeerGone.class, () -> alone.send(8, source, 0, 8));
    }

    @Test
    void steadyStateAllocatesNothing() {
        MessageHandler handler = (type, data, offset, length) -> {};
        assertTrue(TestThreads.bytesPerCall(10_000, () -> {
            producer.offer(1, source, 0, 16);
            consumer.poll(handler, 1);
        }) <= 64);
    }
}
