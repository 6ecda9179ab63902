package org.kakuri.tck.internal.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.attest.Appraisal;
import org.kakuri.api.attest.Endorser;
import org.kakuri.api.attest.EvidenceVerifier;
import org.kakuri.api.attest.ReferenceValues;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Expect;
import org.kakuri.tck.internal.Finding;
import org.kakuri.tck.internal.Leftovers;

/** Sessions as a whole. */
final class SessionChecks {
    private static final int THREADS = 4;

    private SessionChecks() {}

    static List<Check<RuntimeSubject>> all() {
        return new DeskRules("session")
                .add("close-running", "Closing ends a guest that runs; who waits for it learns of its end.",
                        SessionChecks::closeRunning)
                .add("close-again", "Closing again does nothing.", desk -> {
                    RuntimeSession session = desk.open(Program.RETURNS);
                    desk.end(session);
                    session.close();
                })
                .add("gone", "After close() spawning throws Gone, which says that nothing was executed.",
                        SessionChecks::gone)
                .add("measurement", "The same image has the same measurement, another image another; or it is "
                        + "Unsupported.", SessionChecks::measurement)
                .add("attest",
                        "Evidence of a session is trusted for its measurement, and refused for another nonce; or "
                                + "it is Unsupported.",
                        SessionChecks::attest, Capability.ATTEST)
                .add("no-attest", "Without the capability attest() throws Unsupported.", desk -> {
                    if (desk.backend().capabilities().contains(Capability.ATTEST)) {
                        throw new Skipped("the backend has attest");
                    }
                    Expect.refused("attest()", () -> desk.open(Program.RETURNS).attest(new byte[32]),
                            Unsupported.class);
                })
                .add("ledger",
                        "Events are those of the backend or declared by the runtime, with how well it sees them; "
                                + "a guest has no more than its session.",
                        SessionChecks::ledger)
                .add("at-once", "4 threads open sessions, run guests in them and close them at once.",
                        SessionChecks::atOnce)
                .add("leftovers", "After many sessions there are no more descriptors, shared mappings, threads and "
                        + "children than before.", desk -> Leftovers.of(() -> {
                            try {
                                once(desk);
                            } catch (Exception e) {
                                throw new Finding("a session failed: " + e);
                            }
                        }))
                .all();
    }

    private static void once(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.RETURNS);
        Expect.equal(OptionalInt.of(0), Desk.await(session.spawn(Desk.command())).status(), "status of a guest");
        desk.end(session);
    }

    private static void closeRunning(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.LOOPS);
        GuestProcess guest = session.spawn(Desk.command());
        desk.end(session);
        try {
            GuestExit exit = guest.waitFor(Deadline.inSeconds(1))
                    .orElseThrow(() -> new Finding("the guest runs on after close()"));
            Expect.equal(OptionalInt.empty(), exit.status(), "status of a guest whose session was closed");
        } catch (Gone e) {
            Expect.that(!e.getMessage().isBlank(), "the guest is gone without a reason");
        }
    }

    private static void gone(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.RETURNS);
        desk.end(session);
        Throwable thrown = Expect.thrownBy(() -> session.spawn(Desk.command()));
        Expect.that(thrown instanceof Gone late && !late.mayHaveExecuted(), "spawning after close(): %s", thrown);
    }

    private static Measurement measure(Desk desk, Program program) throws Exception {
        RuntimeSession session = desk.open(program);
        try {
            return session.measurement();
        } catch (Unsupported e) {
            throw new Skipped("the runtime measures nothing: " + e.getMessage());
        } finally {
            desk.end(session);
        }
    }

    private static void measurement(Desk desk) throws Exception {
        Measurement one = measure(desk, Program.RETURNS);
        Expect.equal(one, measure(desk, Program.RETURNS), "measurement of the same image");
        Expect.that(!one.equals(measure(desk, Program.TRAPS)), "two images have the measurement %s", one);
    }

    private static void attest(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.RETURNS);
        byte[] nonce = new byte[32];
        nonce[0] = 1;
        Evidence evidence;
        try {
            evidence = session.attest(nonce);
        } catch (Unsupported e) {
            throw new Skipped("the runtime attests nothing: " + e.getMessage());
        }
        byte[] digest = session.measurement().digest();
        Appraisal appraisal = appraise(desk, evidence, nonce, digest);
        Expect.that(appraisal.trusted(), "evidence of a session is not trusted: %s", appraisal.checks()
                .stream()
                .filter(check -> !check.passed())
                .toList());
        Expect.that(!appraise(desk, evidence, new byte[32], digest).trusted(), "another nonce is trusted");
        Expect.equal(OptionalInt.of(0), Desk.await(session.spawn(Desk.command())).status(), "a guest after attest()");
    }

    private static Appraisal appraise(Desk desk, Evidence evidence, byte[] nonce, byte[] digest) {
        EvidenceVerifier verifier = desk.subject().verifiers().get(evidence.format());
        if (verifier == null) {
            throw new Finding("nobody verifies evidence of format " + evidence.format());
        }
        Endorser endorser = desk.subject()
                .backend()
                .extension(Endorser.class)
                .orElseThrow(() -> new Finding("the backend attests, and endorses no keys"));
        return verifier.verify(evidence,
                new ReferenceValues(nonce, digest, endorser.trustedKeys(desk.subject().machine())));
    }

    private static void ledger(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.ECHOES);
        GuestProcess guest = session.spawn(Desk.command());
        Desk.await(guest);
        LedgerSnapshot all = session.ledger();
        Map<String, Observability> own = desk.runtime().info().observability();
        var known = new TreeSet<>(desk.backend().events().keySet());
        known.addAll(own.keySet());
        all.counts().forEach((event, count) -> {
            Expect.that(known.contains(event), "event %s is declared by nobody: %s", event, known);
            Expect.equal(own.getOrDefault(event, count.observability()), count.observability(), "what is seen of "
                    + event);
        });
        guest.ledger()
                .counts()
                .forEach((event, count) -> Expect.that(count.count() <= all.count(event).count(),
                        "the guest has %d %s, its session %d", count.count(), event, all.count(event).count()));
        desk.end(session);
        session.ledger();
    }

    private static void atOnce(Desk desk) throws Exception {
        desk.image(Program.RETURNS);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                Throwable thrown = Expect.thrownBy(() -> once(desk));
                if (thrown != null) {
                    failures.add(thrown);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Expect.equal(List.of(), failures, "what went wrong");
    }
}
