package org.kakuri.system.scwatcher.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.kakuri.api.KakuriException;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.comparison.AssumedPrices;
import org.kakuri.comparison.Guests;
import org.kakuri.comparison.Pairs;
import org.kakuri.comparison.PricedArm;
import org.kakuri.comparison.Projection;
import org.kakuri.comparison.Task;
import org.kakuri.comparison.WholeArm;
import org.kakuri.system.scwatcher.internal.fetch.FetchCount;
import org.osgi.framework.BundleContext;

/**
 * One tool looks at one guest: as an ordinary process, with an instance for each process, with one for all. Small instances are run,
 * and what was counted is projected to the sizes that the point asks for.
 */
final class ToolTrial implements Trial {
    private static final int MOST = 2;
    private static final List<String> ENDS = List.of("low", "high");

    /** Where a tool runs, and what was counted there. */
    private record Seat(WholeArm whole, Guests guests) {
        BackendInfo backend() {
            return guests.lease().backend();
        }

        /** Returns the backend's events of one run. */
        LedgerSnapshot counted() {
            LedgerSnapshot events = whole.last().orElseGet(() -> guests.whole().events());
            var own = new TreeMap<>(events.counts());
            own.keySet().retainAll(backend().events().keySet());
            return new LedgerSnapshot(own);
        }
    }

    private final Deque<AutoCloseable> held = new ArrayDeque<>();
    private final List<Arm> arms = new ArrayList<>();
    private final Map<String, Seat> seats = new TreeMap<>();
    private final ConcurrentLinkedQueue<FetchCount> fetched = new ConcurrentLinkedQueue<>();
    private final Point point;
    private final TrialContext context;

    ToolTrial(Tool tool, VirtualMachine guest, BundleContext bundle, Introspection introspection, Point point,
            TrialContext context) {
        this.point = point;
        this.context = context;
        held.push(guest);
        try {
            Path files = folder(context);
            Sight mounted = held(Sight.mounted(guest, introspection, tool.files()));
            Sight served = held(Sight.served(bundle, guest, introspection, ToolParameters.fetching(point), fetched::add,
                    tool.files()));
            Task alone = task(mounted.of(tool.argv(files.toString()), files), tool);
            Task inside = task(served.of(tool.argv(files.toString()), files), tool);
            Pairs pairs = held(new Pairs(context, point, point.text("tee"), alone, inside,
                    point.number(ToolParameters.RUN_MEMORY), point.text(ToolParameters.RUN_HEAP)));
            arms.add(
                    new WholeArm(Pairs.NATIVE, "an ordinary process, the guest's /proc mounted", pairs.natively(), MOST,
                            Map::of));
            add(Pairs.APART, pairs.apart("fidelity"),
                    point.number("heap") - point.number(ToolParameters.RUN_HEAP));
            add(Pairs.TOGETHER, pairs.together("fidelity"),
                    point.number("memory") - point.number(ToolParameters.RUN_MEMORY));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T held(T resource) {
        held.push(resource);
        return resource;
    }

    private static Path folder(TrialContext context) {
        try {
            return Files.createDirectories(context.scratch().resolve("files"));
        } catch (IOException e) {
            throw new KakuriException("no folder for the guest's files: " + e.getMessage(), "", e);
        }
    }

    private static Task task(Sight.Run run, Tool tool) {
        List<String> argv = run.command().argv();
        return new Task(run.program(), argv.subList(1, argv.size()), run.command().env(), run.options(),
                Optional.of(tool.check()));
    }

    private void add(String role, Guests guests, long more) {
        String title = guests.lease().cell().meaning();
        WholeArm whole = new WholeArm(role, title, guests, MOST, this::fetching);
        arms.add(whole);
        Seat seat = new Seat(whole, guests);
        seats.put(role, seat);
        BackendInfo backend = seat.backend();
        if (backend.events().isEmpty() || !AssumedPrices.cover(backend.events().keySet())) {
            context.skipped(role + " with prices", "events of backend " + backend.name() + " have no assumed prices");
            return;
        }
        for (String end : ENDS) {
            arms.add(new PricedArm(role + "." + end, title + ", sizes as documented, prices at their " + end + " end",
                    () -> Projection.of(seat.counted(), more),
                    AssumedPrices.end(end, backend.architecture())));
        }
    }

    /** Returns the backend that holds the tool. */
    BackendInfo backend() {
        return seats.get(Pairs.APART).backend();
    }

    /** Returns the backend's events of one run. */
    LedgerSnapshot count(String role) {
        return seats.get(role).counted();
    }

    /** What fetching took in one run; a run has a view for /proc, and one for files if they are wanted. */
    private Map<String, Double> fetching() {
        long requests = 0;
        long bytes = 0;
        int views = 0;
        for (FetchCount count = fetched.poll(); count != null; count = fetched.poll()) {
            requests += count.requests();
            bytes += count.bytes();
            views++;
        }
        return views == 0 ? Map.of()
                : Map.of("requests for memory, by view", (double) requests / views, "bytes fetched, by view",
                        (double) bytes / views);
    }

    @Override
    public List<Arm> arms() {
        return List.copyOf(arms);
    }

    @Override
    public void close() {
        while (!held.isEmpty()) {
            try {
                held.pop().close();
            } catch (Exception e) {
                System.getLogger(ToolTrial.class.getName())
                        .log(System.Logger.Level.WARNING, "a trial leaves something behind", e);
            }
        }
    }
}
