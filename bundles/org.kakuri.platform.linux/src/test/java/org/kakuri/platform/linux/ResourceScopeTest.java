package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ResourceScopeTest {
    private final List<String> order = new ArrayList<>();
    private final ResourceScope scope = new ResourceScope("the owner", Duration.ofMillis(50));

    private AutoCloseable noting(String name) {
        return () -> order.add(name);
    }

    @Test
    void closesTheYoungestFirstAndOnce() {
        scope.keep("a", noting("a"));
        scope.keep("b", noting("b"));
        assertEquals(List.of("a", "b"), scope.names());

        scope.close();
        scope.close();

        assertEquals(List.of("b", "a"), order);
        assertEquals(List.of(), scope.names());
    }

    @Test
    void closesTheOthersWhenOneFailsAndNamesIt() {
        scope.keep("a", noting("a"));
        scope.keep("bad", () -> {
            throw new IOException("broken");
        });
        scope.keep("c", noting("c"));

        IllegalStateException failure = assertThrows(IllegalStateException.class, scope::close);

        assertEquals("the owner did not close bad", failure.getMessage());
        assertEquals("broken", failure.getSuppressed()[0].getMessage());
        assertEquals(List.of("c", "a"), order);
    }

    @Test
    void forgetsWhatWasReleased() {
        ResourceScope.Registration registration = scope.register("a", noting("a"));
        registration.release();
        registration.release();

        scope.close();

        assertEquals(List.of(), order);
    }

    @Test
    void closesWhatComesTooLate() {
        scope.close();

        IllegalStateException late = assertThrows(IllegalStateException.class, () -> scope.keep("a", noting("a")));

        assertEquals("the owner is closed and keeps nothing more: a", late.getMessage());
        assertEquals(List.of("a"), order);
    }

    @Test
    void endsThreadsThatHeedAnInterrupt() {
        var never = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().start(() -> assertThrows(InterruptedException.class, never::await));
        try (var patient = new ResourceScope("patient")) {
            patient.adopt(thread);
        }

        assertFalse(thread.isAlive());
    }

    @Test
    void namesAThreadThatDoesNotEnd() throws InterruptedException {
        var end = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().name("deaf").start(() -> {
            while (end.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        scope.adopt(thread);

        IllegalStateException failure = assertThrows(IllegalStateException.class, scope::close);

        assertEquals("the owner did not close thread deaf", failure.getMessage());
        assertEquals("thread deaf still runs 50 ms after its interrupt", failure.getSuppressed()[0].getMessage());
        end.countDown();
        thread.join();
    }

    @Test
    void keepsDescriptorsAndMappings() {
        Pipe pipe = scope.keep("pipe", Pipe.open());
        AnonymousMapping memory = scope.keep("memory", AnonymousMapping.anywhere(Mapping.PAGE));

        scope.close();

        assertTrue(pipe.reader().isClosed() && memory.isClosed());
    }
}
