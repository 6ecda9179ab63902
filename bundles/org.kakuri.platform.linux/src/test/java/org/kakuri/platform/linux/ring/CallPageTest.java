package org.kakuri.platform.linux.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.platform.linux.Errno;

@Timeout(60)
class CallPageTest {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(4096 + 1024, 64);
    private final CallPage page = CallPage.create(memory);
    private final CallClient client = page.client(WaitPolicy.CO_LOCATED, PeerCheck.NONE);
    private final CallServer server = page.server(WaitPolicy.CO_LOCATED, PeerCheck.NONE);

    @AfterEach
    void close() {
        arena.close();
    }

    private CompletableFuture<Void> serving(CallHandler handler) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                server.serve(handler);
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** Lets the server answer what is posted, as a thread would. */
    private static long sumOfAll(int operation, long[] arguments, long length, MemorySegment data) {
        long sum = operation + length;
        for (long argument : arguments) {
            sum += argument;
        }
        return sum;
    }

    @Test
    void carriesOperationArgumentsLengthAndResult() {
        CompletableFuture<Void> done = serving(CallPageTest::sumOfAll);
        for (int i = 0; i < 20_000; i++) {
            assertEquals(5 + i + 2 + 3 + 4 + 5 + 6 + 7, client.call(5, i, 2, 3, 4, 5, 6, 7, Long.MAX_VALUE));
        }
        assertEquals(20_000, client.calls());
        client.close();
        done.join();
        assertEquals(20_000, server.calls());
    }

    @Test
    void carriesDataBothWays() {
        CompletableFuture<Void> done = serving((operation, arguments, length, data) -> {
            for (long i = 0; i < length; i++) {
                data.set(ValueLayout.JAVA_BYTE, i, (byte) (data.get(ValueLayout.JAVA_BYTE, i) + 1));
            }
            return length;
        });
        client.data().setString(0, "HAL");
        assertEquals(3, client.call(0, 0, 0, 0, 0, 0, 0, 3, 3));
        assertEquals("IBM", client.data().getString(0));
        client.close();
        done.join();
    }

    @Test
    void passesErrnoThrough() {
        CompletableFuture<Void> done = serving((operation, arguments, length, data) -> -Errno.EBADF);
        assertEquals(-Errno.EBADF, client.call(1, 0, 0, 0, 0, 0, 0, 0, 0));
        assertEquals(0, client.refusedReplies());
        client.close();
        done.join();
    }

    @Test
    void refusesResultAboveWhatWasAsked() {
        CompletableFuture<Void> done = serving((operation, arguments, length, data) -> 101);
        CorruptPage e = assertThrows(CorruptPage.class, () -> client.call(1, 0, 0, 0, 0, 0, 0, 100, 100));
        assertEquals("peer broke the call protocol: result=101, must be -4095 to 100; do not use the page again",
                e.getMessage());
        assertEquals(1, client.refusedReplies());
        assertEquals("an earlier call failed: operation=2; start a new server with a new page",
                assertThrows(IllegalStateException.class, () -> client.call(2, 0, 0, 0, 0, 0, 0, 0, 0)).getMessage());
        client.close();
        done.join();
    }

    @Test
    void refusesResultBelowAnyErrno() {
        CompletableFuture<Void> done = serving((operation, arguments, length, data) -> -4096);
        CorruptPage e = assertThrows(CorruptPage.class, () -> client.call(1, 0, 0, 0, 0, 0, 0, 0, 0));
        assertEquals(-4096, e.value());
        client.close();
        done.join();
    }

    @Test
    void refusesReplyOutOfSequence() {
        client.post(1, 0, 0, 0, 0, 0, 0, 0);
        memory.set(ValueLayout.JAVA_INT, 64, 7);
        assertEquals("peer broke the call protocol: reply sequence=7, must be 1; do not use the page again",
                assertThrows(CorruptPage.class, () -> client.awaitReply(0)).getMessage());
        assertEquals(1, client.refusedReplies());
    }

    @Test
    void serverRefusesLengthBeyondTheData() {
        memory.set(ValueLayout.JAVA_LONG, 8, 1025L);
        memory.set(ValueLayout.JAVA_INT, 0, 1);
        assertEquals("peer broke the call protocol: length=1025, must be 0 to 1024; do not use the page again",
                assertThrows(CorruptPage.class, () -> server.serveOne(CallPageTest::sumOfAll)).getMessage());
        assertEquals(-Errno.EINVAL, memory.get(ValueLayout.JAVA_LONG, 72));
    }

    @Test
    void serverRefusesNegativeLengthAndSkippedSequence() {
        memory.set(ValueLayout.JAVA_LONG, 8, -1L);
        memory.set(ValueLayout.JAVA_INT, 0, 1);
        assertEquals(-1,
                assertThrows(CorruptPage.class, () -> server.serveOne(CallPageTest::sumOfAll)).value());
        memory.set(ValueLayout.JAVA_LONG, 8, 0L);
        memory.set(ValueLayout.JAVA_INT, 0, 3);
        assertEquals("peer broke the call protocol: request sequence=3, must be 2; do not use the page again",
                assertThrows(CorruptPage.class, () -> server.serveOne(CallPageTest::sumOfAll)).getMessage());
    }

    @Test
    void handlerFailureIsAnsweredAndReported() {
        CompletableFuture<Void> done = serving((operation, arguments, length, data) -> {
            throw new IllegalStateException("handler bug");
        });
        assertEquals(-Errno.EIO, client.call(1, 0, 0, 0, 0, 0, 0, 0, 0));
        CompletionException e = assertThrows(CompletionException.class, done::join);
        assertEquals("handler bug", e.getCause().getMessage());
    }

    @Test
    void sizeMustFitOnTheClient() {
        assertEquals("length=1025 does not fit the data area of 1024 bytes",
                assertThrows(IllegalArgumentException.class, () -> client.call(1, 0, 0, 0, 0, 0, 0, 1025, 0))
                        .getMessage());
    }

    @Test
    void oneCallAtATime() {
        client.post(1, 0, 0, 0, 0, 0, 0, 0);
        assertFalse(client.replyReady());
        assertEquals("a call is open: operation=2; await its reply first",
                assertThrows(IllegalStateException.class, () -> client.post(2, 0, 0, 0, 0, 0, 0, 0)).getMessage());
        assertTrue(server.serveOne(CallPageTest::sumOfAll));
        assertTrue(client.replyReady());
        assertEquals(1, client.awaitReply(Long.MAX_VALUE));
        assertEquals("no call is open; post one first",
                assertThrows(IllegalStateException.class, () -> client.awaitReply(0)).getMessage());
    }

    @Test
    void theSleepStepIsTheCallers() {
        int[] exits = new int[1];
        CallClient inside = page.client(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE, (word, old) -> {
            exits[0]++;
            if (exits[0] == 3) {
                server.serveOne(CallPageTest::sumOfAll);
            }
        });
        assertEquals(9, inside.call(9, 0, 0, 0, 0, 0, 0, 0, Long.MAX_VALUE));
        assertEquals(3, exits[0]);
        assertEquals(3, inside.replyWord().sleeps());
    }

    @Test
    void deadServerIsNoticed() {
        CallClient c = page.client(WaitPolicy.CO_LOCATED, () -> false);
        assertEquals("peer is gone: waiting for reply word of the call page; whether a call in flight was executed is "
                + "not known", assertThrows(PeerGone.class, () -> c.call(1, 0, 0, 0, 0, 0, 0, 0, 0)).getMessage());
    }

    @Test
    void deadServerIsNoticedWithoutSleeping() {
        CallClient c = page.client(new WaitPolicy(0, 1, false), () -> false);
        assertThrows(PeerGone.class, () -> c.call(1, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void closeEndsAWaitingClientAndServer() {
        CompletableFuture<Void> done = serving(CallPageTest::sumOfAll);
        server.close();
        done.join();
        assertEquals("call page is closed",
                assertThrows(PageClosed.class, () -> client.call(1, 0, 0, 0, 0, 0, 0, 0, 0)).getMessage());
    }

    @Test
    void closeDuringACallEndsIt() {
        client.post(1, 0, 0, 0, 0, 0, 0, 0);
        server.close();
        assertThrows(PageClosed.class, () -> client.awaitReply(0));
    }

    /** The peer can write the page, so what closes a side must not live there alone. */
    @Test
    void aHostilePeerCannotUndoAClose() {
        int[] sleeps = new int[1];
        CallClient inside = page.client(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE, (word, old) -> {
            assertEquals(1, ++sleeps[0], "the client went on waiting after its close");
            client.close();
            memory.set(ValueLayout.JAVA_INT, 64, old);
            memory.set(ValueLayout.JAVA_INT, 448, 0);
        });
        assertEquals("call page is closed",
                assertThrows(PageClosed.class, () -> inside.call(1, 0, 0, 0, 0, 0, 0, 0, 0)).getMessage());
    }

    @Test
    void opensWhatWasCreated() {
        assertEquals(1024, CallPage.open(memory).data().byteSize());
    }

    @Test
    void refusesForeignPages() {
        memory.set(ValueLayout.JAVA_LONG, 400, 1025L);
        assertEquals("data size", assertThrows(CorruptPage.class, () -> CallPage.open(memory)).field());
        memory.set(ValueLayout.JAVA_LONG, 400, -1L);
        assertEquals("data size", assertThrows(CorruptPage.class, () -> CallPage.open(memory)).field());
        memory.set(ValueLayout.JAVA_INT, 392, 1);
        assertEquals("version", assertThrows(CorruptPage.class, () -> CallPage.open(memory)).field());
        memory.set(ValueLayout.JAVA_BYTE, 384, (byte) 'k');
        assertEquals("magic", assertThrows(CorruptPage.class, () -> CallPage.open(memory)).field());
        assertEquals("size",
                assertThrows(CorruptPage.class, () -> CallPage.open(memory.asSlice(0, 4095))).field());
    }

    @Test
    void layoutHasItsLiteralOffsets() {
        client.post(0x11, 1, 2, 3, 4, 5, 6, 7);
        assertEquals(1, memory.get(ValueLayout.JAVA_INT, 0));
        assertEquals(0x11, memory.get(ValueLayout.JAVA_INT, 4));
        assertEquals(7, memory.get(ValueLayout.JAVA_LONG, 8));
        for (int i = 0; i < 6; i++) {
            assertEquals(i + 1, memory.get(ValueLayout.JAVA_LONG, 16 + 8L * i));
        }
        server.serveOne((operation, arguments, length, data) -> 99);
        assertEquals(1, memory.get(ValueLayout.JAVA_INT, 64));
        assertEquals(99, memory.get(ValueLayout.JAVA_LONG, 72));
        assertEquals("KAKURICP", new String(memory.asSlice(384, 8).toArray(ValueLayout.JAVA_BYTE),
                java.nio.charset.StandardCharsets.US_ASCII));
        assertEquals(2, memory.get(ValueLayout.JAVA_INT, 392));
        assertEquals(1024, memory.get(ValueLayout.JAVA_LONG, 400));
        assertEquals(4096, CallPageLayout.HEADER_BYTES);
        client.close();
        assertEquals(1, memory.get(ValueLayout.JAVA_INT, 448));
    }
}
