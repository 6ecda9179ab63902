package org.kakuri.domain.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Gone;

@Timeout(30)
class OpenHostsTest {
    private final List<String> seen = new ArrayList<>();
    private final OpenHosts hosts = new OpenHosts();

    private final class FakeHost implements OpenHosts.Host {
        private final String name;
        private final boolean bad;
        private boolean ended;

        FakeHost(String name, boolean bad) {
            this.name = name;
            this.bad = bad;
        }

        @Override
        public void end() {
            note("end " + name);
        }

        @Override
        public boolean hasEnded() {
            return ended;
        }

        @Override
        public void close() {
            note("close " + name);
        }

        private void note(String what) {
            seen.add(what);
            if (bad) {
                throw new IllegalArgumentException("cannot " + what);
            }
        }
    }

    private FakeHost add(String name, boolean bad) {
        var host = new FakeHost(name, bad);
        hosts.add(name, host);
        return host;
    }

    @Test
    void tellsAllToEndBeforeItWaitsForOne() {
        add("a", false);
        add("b", false);

        hosts.close();
        hosts.close();

        assertEquals(List.of("end b", "end a", "close b", "close a"), seen);
    }

    @Test
    void closesTheOthersOfOneThatThrowsAndNamesIt() {
        add("a", false);
        add("bad", true);
        add("c", false);

        IllegalStateException failure = assertThrows(IllegalStateException.class, hosts::close);

        assertEquals(List.of("end c", "end bad", "end a", "close c", "close bad", "close a"), seen);
        assertEquals("the bundle of the domain hosts did not close bad", failure.getMessage());
        assertEquals("cannot end bad", failure.getSuppressed()[0].getMessage());
        assertEquals("cannot close bad", failure.getSuppressed()[1].getSuppressed()[0].getMessage());
    }

    @Test
    void forgetsWhatEndedOrWasRemoved() {
        add("ended", false).ended = true;
        hosts.remove(add("removed", false));

        hosts.close();

        assertEquals(List.of(), seen);
    }

    @Test
    void closesOneThatComesTooLate() {
        hosts.close();

        Gone gone = assertThrows(Gone.class, () -> add("late", false));

        assertEquals("the bundle of the domain hosts was stopped", gone.getMessage());
        assertFalse(gone.mayHaveExecuted());
        assertEquals("close late", seen.getLast());
    }
}
