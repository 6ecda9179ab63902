package org.kakuri.system.swap.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.tee.LedgerSnapshot;

@Timeout(10)
class TimesTest {
    private final List<Double> samples = new ArrayList<>();
    private final List<String> details = new ArrayList<>();
    private final SampleSink sink = new SampleSink() {
        @Override
        public void sample(double value) {
            samples.add(value);
        }

        @Override
        public void extra(String name, double value) {
            throw new AssertionError(name);
        }

        @Override
        public void detail(String name, double value) {
            details.add(name + "=" + value);
        }

        @Override
        public void events(LedgerSnapshot events) {
            throw new AssertionError(events);
        }

        @Override
        public void failure(String reason) {
            throw new AssertionError(reason);
        }
    };
    private final Times times = new Times();

    private void add(double... values) {
        DoubleStream.of(values).forEach(times::add);
    }

    @Test
    void handsOnEachTimeIfAsManyAreWanted() {
        add(3, 1, 2);

        times.report(100, "wait.ns", sink);

        assertEquals(List.of(3.0, 1.0, 2.0), samples);
    }

    @Test
    void handsOnMediansOfGroupsIfFewerAreWanted() {
        add(1, 2, 30, 4, 5, 60);

        times.report(2, "wait.ns", sink);

        assertEquals(List.of(2.0, 5.0), samples);
    }

    @Test
    void tellsEachTimeOnceAndCountsAll() {
        add(1, 2, 3);
        times.report(1, "wait.ns", sink);
        add(100);
        times.report(1, "wait.ns", sink);

        assertEquals(List.of(2.0, 100.0), samples);
        assertEquals(List.of("wait.ns=1.0", "wait.ns=2.0", "wait.ns=3.0", "wait.ns=100.0"), details);
        assertEquals(4, times.total());
    }

    @Test
    void reportsNothingWithoutTimes() {
        times.report(5, "wait.ns", sink);

        assertEquals(List.of(), samples);
        assertEquals(List.of(), details);
    }

    @Test
    void overlapsWhatItTouches() {
        var wait = new Waits.Wait(10, 20);

        assertEquals(List.of(true, true, true, false, false),
                List.of(wait.overlaps(15, 16), wait.overlaps(0, 10), wait.overlaps(20, 30), wait.overlaps(0, 9),
                        wait.overlaps(21, 30)));
    }
}
