package org.kakuri.tck.internal.backend;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Expect;

/** Events are counted, declared, and what cross() foretells. */
final class LedgerChecks {
    private static final long PAYLOAD = 128;

    private LedgerChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("ledger")
                .add("crossing", "A host call counts exactly the events, and bytes, that cross() says of an I/O that "
                        + "leaves.", LedgerChecks::crossing)
                .add("internal", "I/O between two ends inside crosses nothing.",
                        rig -> Expect.equal(List.of(),
                                rig.backend().cross(new IoIntent(IoIntent.Kind.INTERNAL, PAYLOAD, CallStyle.RPC)),
                                "cross() of internal I/O"))
                .add("polling", "An I/O by polling crosses no more than one by call.", LedgerChecks::polling)
                .add("declared", "Every event an instance counts, and every one cross() names, is explained in info().",
                        LedgerChecks::declared)
                .add("observability", "Every count says how much was seen; what was counted is not UNOBSERVED.",
                        LedgerChecks::observability)
                .add("linear", "Ten calls count ten times what one counts.",
                        rig -> Expect.equal(counts(calls(rig, 1), 10), counts(calls(rig, 10), 1), "events of 10 calls"))
                .add("trace", "A listener hears each event that is counted, until it is closed.", LedgerChecks::trace)
                .add("own", "Events of one instance are not in another's ledger.", LedgerChecks::own)
                .add("machine", "The machine's ledger contains the instance's events.", LedgerChecks::machine)
                .all();
    }

    /** Counts what some host calls cause, from inside, so that entering and leaving for good stay out of it. */
    private static LedgerSnapshot calls(Rig rig, int number) throws Exception {
        var ledger = new Ledger[1];
        var code = new Rig.Captured<>(inside -> {
            LedgerSnapshot before = ledger[0].snapshot();
            for (int i = 0; i < number; i++) {
                inside.callHost(new HostRequest("tck", 1, PAYLOAD));
            }
            return ledger[0].snapshot().since(before);
        });
        Rig.Ready ready = rig.ready(1, code);
        ledger[0] = ready.instance().ledger();
        return code.result(ready.contexts().getFirst().run(Rig.ANYBODY));
    }

    private static Map<String, String> counts(LedgerSnapshot snapshot, long times) {
        var counts = new TreeMap<String, String>();
        snapshot.counts()
                .forEach((event, count) -> counts.put(event,
                        count.count() * times + " (" + count.bytes() * times + " bytes)"));
        return counts;
    }

    private static Map<String, String> foretold(List<Crossing> crossings) {
        var sums = new TreeMap<String, EventCount>();
        for (Crossing crossing : crossings) {
            sums.merge(crossing.event(), new EventCount(crossing.count(), crossing.bytes(), Observability.EXACT),
                    EventCount::plus);
        }
        return counts(new LedgerSnapshot(sums), 1);
    }

    private static Optional<IoIntent> leaving(Rig rig) {
        return List.of(IoIntent.Kind.FILE, IoIntent.Kind.STREAM, IoIntent.Kind.WAIT)
                .stream()
                .map(kind -> new IoIntent(kind, PAYLOAD, CallStyle.RPC))
                .filter(intent -> !rig.backend().cross(intent).isEmpty())
                .findFirst();
    }

    private static void crossing(Rig rig) throws Exception {
        IoIntent intent = leaving(rig).orElseThrow(() -> new Skipped("no I/O leaves an instance"));
        Expect.equal(foretold(rig.backend().cross(intent)), counts(calls(rig, 1), 1), "events of one call for "
                + intent.kind());
    }

    private static void polling(Rig rig) {
        for (IoIntent.Kind kind : IoIntent.Kind.values()) {
            long byCall = sum(rig.backend().cross(new IoIntent(kind, PAYLOAD, CallStyle.RPC)));
            long polled = sum(rig.backend().cross(new IoIntent(kind, PAYLOAD, CallStyle.POLLING)));
            Expect.that(polled <= byCall, "%s crosses %d times by polling, %d times by call", kind, polled, byCall);
        }
    }

    private static long sum(List<Crossing> crossings) {
        return crossings.stream().mapToLong(Crossing::count).sum();
    }

    /** Lets an instance do whatever it can. */
    private static LedgerSnapshot exercise(Rig rig) {
        Rig.Ready ready = rig.ready(1, inside -> {
            inside.callHost(new HostRequest("tck", 1, PAYLOAD));
            inside.safepoint();
            return 0;
        }, _ -> {
            throw new IllegalStateException("on purpose");
        });
        TeeInstance instance = ready.instance();
        if (rig.has(Capability.SHARED_MEMORY)) {
            instance.share(1).close();
        }
        for (Context context : ready.contexts()) {
            context.kick();
            Expect.thrownBy(() -> context.run(Rig.ANYBODY));
        }
        rig.destroy(instance);
        return instance.ledger().snapshot();
    }

    private static void declared(Rig rig) {
        Map<String, String> events = rig.info().events();
        exercise(rig).counts()
                .forEach((event, count) -> Expect.that(events.containsKey(event),
                        "event %s occurred %d times and is not among %s", event, count.count(), events.keySet()));
        for (IoIntent.Kind kind : IoIntent.Kind.values()) {
            for (CallStyle style : CallStyle.values()) {
                rig.backend()
                        .cross(new IoIntent(kind, PAYLOAD, style))
                        .forEach(crossing -> Expect.that(events.containsKey(crossing.event()),
                                "cross() names %s, which is not among %s", crossing.event(), events.keySet()));
            }
        }
    }

    private static void observability(Rig rig) {
        exercise(rig).counts().forEach((event, count) -> {
            Expect.that(count.observability() != null, "event %s does not say what was seen", event);
            Expect.that(count.count() == 0 || count.observability() != Observability.UNOBSERVED,
                    "event %s was counted %d times and is said to be unobserved", event, count.count());
        });
    }

    private static void trace(Rig rig) throws Exception {
        var heard = new TreeMap<String, EventCount>();
        Rig.Ready ready = rig.ready(1, inside -> {
            inside.callHost(new HostRequest("tck", 1, PAYLOAD));
            return 0;
        }, _ -> 0);
        Ledger ledger = ready.instance().ledger();
        LedgerSnapshot before = ledger.snapshot();
        AutoCloseable subscription = ledger.trace((event, count, bytes) -> heard.merge(event,
                new EventCount(count, bytes, Observability.EXACT), EventCount::plus));
        ready.contexts().getFirst().run(Rig.ANYBODY);
        subscription.close();
        Map<String, String> counted = counts(ledger.snapshot().since(before), 1);
        Expect.equal(counted, counts(new LedgerSnapshot(heard), 1), "events that a listener heard");
        ready.contexts().getLast().run(Rig.ANYBODY);
        Expect.equal(counted, counts(new LedgerSnapshot(heard), 1), "events that a closed listener heard");
    }

    private static void own(Rig rig) {
        Rig.Ready quiet = rig.ready(1);
        Rig.Ready busy = rig.ready(2, inside -> (int) inside.callHost(new HostRequest("tck", 1, PAYLOAD)));
        LedgerSnapshot before = quiet.instance().ledger().snapshot();
        busy.contexts().getFirst().run(Rig.ANYBODY);
        Expect.equal(Map.of(), quiet.instance().ledger().snapshot().since(before).counts(),
                "events in the ledger of an instance that did nothing");
    }

    private static void machine(Rig rig) {
        LedgerSnapshot before = rig.machine().ledger().snapshot();
        LedgerSnapshot own = exercise(rig);
        LedgerSnapshot all = rig.machine().ledger().snapshot().since(before);
        own.counts()
                .forEach((event, count) -> Expect.that(all.count(event).count() >= count.count(),
                        "the machine counted %s %d times, its instance %d times", event, all.count(event).count(),
                        count.count()));
    }
}
