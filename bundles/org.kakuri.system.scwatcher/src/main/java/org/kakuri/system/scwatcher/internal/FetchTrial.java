package org.kakuri.system.scwatcher.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Label;
import org.kakuri.api.Observability;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachine.Pause;
import org.kakuri.api.vm.Walk;
import org.kakuri.comparison.AssumedPrices;
import org.kakuri.comparison.PricedArm;
import org.kakuri.system.scwatcher.internal.fetch.FetchCount;
import org.kakuri.system.scwatcher.internal.fetch.FetchedMemory;
import org.kakuri.system.scwatcher.internal.fetch.Fetching;

/** One guest, paused, and the ways to walk through it. */
final class FetchTrial implements Trial {
    private static final int WARM_UP = 30;
    private static final List<String> ENDS = List.of("low", "high");

    private final VirtualMachine guest;
    private final Pause pause;
    private final List<Arm> arms;
    private final int rows;

    FetchTrial(VirtualMachine guest, Introspection introspection, String walk, TrialContext context) {
        this.guest = guest;
        this.pause = guest.pause();
        GuestSystem direct = introspection.inspect(guest.memory(), guest.kernel());
        this.rows = walk(direct, walk).rows().size();
        context.note("scw.rows", Integer.toString(rows));
        context.note("scw.guest", guest.info().toString());
        List<WalkArm> walks = List.of(new WalkArm(FetchExperiment.DIRECT, "the memory is mapped", direct, null, walk),
                fetched(FetchExperiment.PER_FIELD, "a page fetched for each field", Fetching.PER_FIELD, introspection,
                        walk),
                fetched(FetchExperiment.CACHED, "each page fetched once", Fetching.CACHED, introspection, walk),
                fetched(FetchExperiment.BATCHED, "pages of the walk before fetched together", Fetching.BATCHED,
                        introspection, walk));
        List<Arm> all = new ArrayList<>(walks);
        walks.stream().filter(arm -> arm.memory != null).forEach(arm -> ENDS.forEach(end -> all.add(priced(arm, end))));
        this.arms = List.copyOf(all);
    }

    /** What leaving an enclave costs for the requests of a walk. */
    private static Arm priced(WalkArm arm, String end) {
        return new PricedArm(arm.info.name() + "." + end,
                "leaving the enclave for the requests alone, prices at their " + end + " end", arm::crossings,
                AssumedPrices.end(end, "x86-64"));
    }

    private WalkArm fetched(String name, String title, Fetching fetching, Introspection introspection, String walk) {
        FetchedMemory memory = FetchedMemory.of(guest.memory(), fetching, ServedTree.WayOut.FREE);
        return new WalkArm(name, title, introspection.inspect(memory, guest.kernel()), memory, walk);
    }

    private static Walk<?> walk(GuestSystem system, String what) {
        return what.equals(FetchExperiment.PROCESSES) ? system.tasks() : system.sockets();
    }

    @Override
    public List<Arm> arms() {
        return arms;
    }

    @Override
    public void close() {
        pause.close();
        guest.close();
    }

    /** One way to walk. */
    private final class WalkArm implements Arm {
        private final ArmInfo info;
        private final GuestSystem system;
        private final FetchedMemory memory;
        private final String what;
        private boolean warm;

        private WalkArm(String name, String title, GuestSystem system, FetchedMemory memory, String what) {
            this.info = new ArmInfo(name, title, Label.MEASURED, Map.of(), List.of(), CostProfile.UNPRICED);
            this.system = system;
            this.memory = memory;
            this.what = what;
        }

        @Override
        public ArmInfo info() {
            return info;
        }

        @Override
        public void measure(int iterations, SampleSink sink) {
            for (int i = 0; i < WARM_UP && !warm; i++) {
                once();
            }
            warm = true;
            FetchCount before = memory == null ? null : memory.count();
            long[] nanos = new long[Math.max(1, iterations)];
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                int found = once();
                nanos[i] = System.nanoTime() - start;
                sink.sample(nanos[i]);
                if (found != rows) {
                    sink.failure("%d rows, not %d".formatted(found, rows));
                }
            }
            Arrays.sort(nanos);
            sink.extra("walk.median.ms", nanos[nanos.length / 2] / 1e6);
            if (memory != null) {
                FetchCount count = memory.count().since(before);
                sink.extra("requests", (double) count.requests() / nanos.length);
                sink.extra("pages", (double) count.pages() / nanos.length);
                sink.extra("bytes", (double) count.bytes() / nanos.length);
                sink.extra("unused.pages", (double) count.unused() / nanos.length);
            }
        }

        /** Each request leaves the enclave and comes back. */
        private LedgerSnapshot crossings() {
            once();
            long before = memory.count().requests();
            once();
            EventCount requests = new EventCount(memory.count().requests() - before, 0, Observability.EXACT);
            return LedgerSnapshot.of(Map.of("EEXIT", requests, "EENTER", requests));
        }

        private int once() {
            if (memory != null) {
                memory.begin();
            }
            return walk(system, what).rows().size();
        }
    }
}
