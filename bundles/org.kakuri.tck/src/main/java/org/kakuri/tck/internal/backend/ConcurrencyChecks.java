package org.kakuri.tck.internal.backend;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;
import org.kakuri.tck.internal.Leftovers;

/** Many lives at once, and what is left after many. */
final class ConcurrencyChecks {
    private static final int THREADS = 8;
    private static final int LIVES = 4;
    private static final int CALLS = 25;

    private ConcurrencyChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("concurrency")
                .add("lives", "Instances that 8 threads create, run and destroy at once count exactly what each counts "
                        + "alone, and so does the machine.", ConcurrencyChecks::lives)
                .add("leftovers", "After many lives there are no more descriptors, shared mappings and threads than "
                        + "before.", ConcurrencyChecks::leftovers)
                .all();
    }

    /** Lives once; returns what the instance counted. */
    private static Map<String, Long> life(Rig rig) {
        Rig.Ready ready = rig.ready(1, inside -> {
            for (int i = 0; i < CALLS; i++) {
                inside.callHost(new HostRequest("tck", i, 8));
            }
            return 0;
        });
        if (rig.has(Capability.SHARED_MEMORY)) {
            ready.instance().share(1);
        }
        Expect.equal(new Exit.Ended(0), ready.contexts().getFirst().run(Rig.ANYBODY), "end of a context");
        rig.destroy(ready.instance());
        return counts(ready.instance().ledger().snapshot(), 1);
    }

    private static Map<String, Long> counts(LedgerSnapshot snapshot, long times) {
        var counts = new TreeMap<String, Long>();
        snapshot.counts().forEach((event, count) -> counts.put(event, count.count() * times));
        return counts;
    }

    private static void lives(Rig rig) throws Exception {
        LedgerSnapshot start = rig.machine().ledger().snapshot();
        Map<String, Long> alone = life(rig);
        LedgerSnapshot before = rig.machine().ledger().snapshot();
        Map<String, Long> expected = counts(before.since(start), (long) THREADS * LIVES);
        List<Object> others = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(rig.start(() -> {
                try {
                    for (int n = 0; n < LIVES; n++) {
                        Map<String, Long> counted = life(rig);
                        if (!counted.equals(alone)) {
                            others.add(counted);
                        }
                    }
                } catch (RuntimeException | Error e) {
                    others.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Expect.equal(List.of(), others, "lives that did not count " + alone);
        Expect.equal(expected, counts(rig.machine().ledger().snapshot().since(before), 1),
                "what the machine counted in " + THREADS * LIVES + " lives");
    }

    private static void leftovers(Rig rig) {
        Leftovers.of(() -> life(rig));
    }
}
