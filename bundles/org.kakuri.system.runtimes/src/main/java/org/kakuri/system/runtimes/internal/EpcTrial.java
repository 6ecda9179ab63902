package org.kakuri.system.runtimes.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.comparison.AssumedPrices;
import org.kakuri.comparison.CommandTrial;
import org.kakuri.comparison.Guests;
import org.kakuri.comparison.Pairs;
import org.kakuri.comparison.Task;

/** The program {@link WalkProgram} natively and in an instance whose pages are evicted when they have to be. */
final class EpcTrial implements Trial {
    /** Extra: how far the number of pages that came back is from the one that the order of eviction predicts. */
    static final String OFF = "reloads off the prediction";
    private static final String LIMIT = "epc.memory.bytes";
    private static final long PAGE = 4096;
    /** What an instance has beside the program's memory, generously: a point that is closer to the limit is not predicted. */
    private static final long BESIDE = 8 << 20;
    private static final long MARGIN = 64 << 20;

    private final WalkProgram program = WalkProgram.make();
    private final Pairs pairs;
    private final List<Arm> arms = new ArrayList<>();
    private final long pages;
    private final long passes;

    EpcTrial(Point point, TrialContext context) {
        pages = point.number(EpcExperiment.WORKING) / PAGE;
        passes = point.number(EpcExperiment.PASSES);
        pairs = new Pairs(context, point,
                Task.of(program.file().toString(), Long.toString(pages * PAGE), Long.toString(passes)));
        try {
            arms.add(new WalkArm(new ArmInfo(Pairs.NATIVE, "an ordinary process", Label.MEASURED, Map.of(), List.of(),
                    CostProfile.UNPRICED), pairs.natively(), OptionalLong.empty()));
            Guests guests = pairs.observed(pages * PAGE + MARGIN);
            String title = guests.lease().cell().meaning();
            BackendInfo backend = guests.lease().backend();
            OptionalLong predicted = predicted(backend);
            var apart = new WalkArm(new ArmInfo(Pairs.APART, title, Label.MEASURED, Map.of(),
                    List.of(EpcExperiment.TOUCH), CostProfile.UNPRICED), guests, predicted);
            arms.add(apart);
            if (AssumedPrices.cover(backend.events().keySet())) {
                for (String end : List.of("low", "high")) {
                    arms.add(new ChargedArm(new ArmInfo(Pairs.APART + CommandTrial.MODELLED + "." + end,
                            "the same, at assumed prices, " + end + " end", Label.MODELLED, Map.of(),
                            List.of(EpcExperiment.TOUCH), AssumedPrices.end(end, backend.architecture())), apart));
                }
            } else {
                context.skipped(Pairs.APART + CommandTrial.MODELLED,
                        "events of backend " + backend.name() + " have no assumed prices");
            }
            if (predicted.isEmpty()) {
                context.skipped(OFF, "the working set is so close to the limit of %s that it depends on the program's "
                        .formatted(backend.name()) + "size what fits");
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** None while everything fits; beyond, who was loaded longest ago goes, and is needed next: each page in each further pass. */
    private OptionalLong predicted(BackendInfo backend) {
        long limit = backend.limits().getOrDefault(LIMIT, Long.MAX_VALUE);
        long working = pages * PAGE;
        if (working >= limit) {
            return OptionalLong.of(pages * (passes - 1));
        }
        return working + BESIDE <= limit ? OptionalLong.of(0) : OptionalLong.empty();
    }

    @Override
    public List<Arm> arms() {
        return List.copyOf(arms);
    }

    @Override
    public void close() {
        pairs.close();
        program.close();
    }

    /** One run for each block; a sample is the time for each visit of a page, with what starting takes. */
    private final class WalkArm implements Arm {
        private final ArmInfo info;
        private final Guests guests;
        private final OptionalLong predicted;
        private LedgerSnapshot events;

        WalkArm(ArmInfo info, Guests guests, OptionalLong predicted) {
            this.info = info;
            this.guests = guests;
            this.predicted = predicted;
        }

        @Override
        public ArmInfo info() {
            return info;
        }

        @Override
        public void measure(int iterations, SampleSink sink) {
            Guests.Ran ran = guests.whole();
            events = ran.events();
            sink.sample(ran.nanos() / visits());
            if (!info.keyEvents().isEmpty()) {
                long reloads = events.count(EpcExperiment.RELOAD).count();
                sink.extra("pages touched that were not there", events.count(EpcExperiment.TOUCH).count());
                sink.extra("pages brought back", reloads);
                predicted.ifPresent(expected -> sink.extra(OFF, Math.abs(reloads - expected)));
            }
            sink.events(events);
        }

        /** Returns the backend's events of the last run; there is one now if there was none. */
        LedgerSnapshot counted() {
            if (events == null) {
                events = guests.whole().events();
            }
            var own = new TreeMap<>(events.counts());
            own.keySet().retainAll(guests.lease().backend().events().keySet());
            return new LedgerSnapshot(own);
        }
    }

    /** What the events of a run of another arm cost at given prices: no wall clock is in it. */
    private final class ChargedArm implements Arm {
        private final ArmInfo info;
        private final WalkArm counting;

        ChargedArm(ArmInfo info, WalkArm counting) {
            this.info = info;
            this.counting = counting;
        }

        @Override
        public ArmInfo info() {
            return info;
        }

        @Override
        public void measure(int iterations, SampleSink sink) {
            LedgerSnapshot counted = counting.counted();
            CostProfile.Charge charge = info.profile().charge(counted);
            if (!charge.complete()) {
                sink.failure("an event has no price: " + counted.counts().keySet());
            }
            sink.sample(charge.ns() / visits());
            sink.events(counted);
        }
    }

    private double visits() {
        return (double) pages * passes;
    }
}
