package org.kakuri.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.api.tee.TracedEvent;

@Timeout(30)
class TraceOutputTest {
    /** Remembers who listens. */
    private static final class Source implements EventTraces {
        private Listener listener;

        @Override
        public Subscription listen(Listener told) {
            listener = told;
            return () -> listener = null;
        }

        @Override
        public boolean wanted() {
            return listener != null;
        }

        @Override
        public void forward(List<TracedEvent> events, long dropped) {
            throw new UnsupportedOperationException();
        }
    }

    private final Source source = new Source();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private static PrintStream stream(OutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private List<String> lines() {
        return written.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static TracedEvent smc(long nanoTime) {
        return new TracedEvent(nanoTime, "arm/host-a@7", "SMC", 2, 64);
    }

    @Test
    void printsALineForEachEventAndHowManyThereWere() {
        try (var _ = new TraceOutput(source, stream(written), 10)) {
            source.listener.event(smc(System.nanoTime()));
            source.listener.event(smc(System.nanoTime()));
        }

        assertEquals(3, lines().size(), lines().toString());
        assertTrue(lines().getFirst()
                .matches("trace +[0-9]+\\.[0-9] us  arm/host-a@7 {12} SMC {25} count=2 bytes=64"), lines().getFirst());
        assertEquals("trace: 2 events", lines().getLast());
        assertNull(source.listener);
    }

    @Test
    void neverBlocksWhoeverCausesAnEventAndCountsWhatItDoesNotKeep() {
        var released = new CountDownLatch(1);
        var stuck = new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                written.write(bytes, from, length);
            }
        };

        try (var _ = new TraceOutput(source, stream(stuck), 4)) {
            for (int i = 0; i < 100; i++) {
                source.listener.event(smc(i));
            }
            source.listener.dropped(900);
            released.countDown();
        }

        long shown = lines().size() - 1;
        assertTrue(shown >= 4 && shown <= 5, "one being written, four waiting: " + shown);
        assertEquals("trace: 1000 events; " + (1000 - shown)
                + " of them are not shown, they came faster than they could be written", lines().getLast());
    }
}
