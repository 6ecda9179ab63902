package org.kakuri.tck.internal.runtime;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.internal.Expect;

/** How guests run and end. */
final class GuestChecks {
    private static final long PATIENCE_SECONDS = 10;
    private static final Duration A_MOMENT = Duration.ofMillis(50);

    private GuestChecks() {}

    static List<Check<RuntimeSubject>> all() {
        return new DeskRules("guest")
                .add("status", "A guest's status is what it returned.", GuestChecks::status)
                .add("trap", "A guest that faults has no status but a reason, and the session lives on.",
                        GuestChecks::trap)
                .add("kill", "A guest in an endless loop can be killed; the end tells why.", GuestChecks::kill)
                .add("kill-late", "Killing a guest that has ended changes nothing.", GuestChecks::killLate)
                .add("wait", "Waiting for a guest that runs on is empty at the deadline.", GuestChecks::waiting)
                .add("placement", "A guest that runs lives in a process of this machine.", GuestChecks::placement)
                .add("quiesce", "Quiescing brings guests to rest until resumed, or leaves them running with a reason.",
                        GuestChecks::quiesce)
                .add("usage", "The CPU time of a guest is not negative.", desk -> {
                    GuestExit exit = run(desk.open(Program.RETURNS));
                    Expect.that(exit.cpuNanos() >= 0 && exit.peakMemory() >= 0, "usage is %s", exit);
                })
                .all();
    }

    private static GuestExit run(RuntimeSession session) throws InterruptedException {
        return Desk.await(session.spawn(Desk.command()));
    }

    private static void status(Desk desk) throws Exception {
        GuestExit returned = run(desk.open(Program.RETURNS));
        Expect.equal(OptionalInt.of(0), returned.status(), "status of a guest that returned");
        Expect.equal("", returned.reason(), "reason of a guest that returned");
        Expect.equal(OptionalInt.of(7), run(desk.open(Program.EXITS_7)).status(),
                "status of a guest that ended with 7");
    }

    private static void trap(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.TRAPS);
        for (int i = 0; i < 2; i++) {
            GuestExit exit = run(session);
            Expect.equal(OptionalInt.empty(), exit.status(), "status of a guest that faulted");
            Expect.that(!exit.reason().isBlank(), "the end of a guest that faulted has no reason");
        }
    }

    private static void kill(Desk desk) throws Exception {
        GuestProcess guest = desk.open(Program.LOOPS).spawn(Desk.command());
        guest.kill("enough of it");
        GuestExit exit = Desk.await(guest);
        Expect.equal(OptionalInt.empty(), exit.status(), "status of a guest that was killed");
        Expect.that(exit.reason().contains("enough of it"), "reason of a guest that was killed: %s", exit.reason());
        Expect.equal(exit, Desk.await(guest), "its end, asked again");
    }

    private static void killLate(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.EXITS_7);
        GuestProcess guest = session.spawn(Desk.command());
        GuestExit exit = Desk.await(guest);
        guest.kill("too late");
        Expect.equal(exit, Desk.await(guest), "the end after a late kill");
    }

    private static void waiting(Desk desk) throws Exception {
        GuestProcess guest = desk.open(Program.LOOPS).spawn(Desk.command());
        Expect.that(guest.waitFor(Deadline.in(A_MOMENT)).isEmpty(), "a guest in an endless loop is said to have ended");
        guest.kill("enough of it");
        Desk.await(guest);
    }

    private static void placement(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.LOOPS);
        GuestProcess guest = session.spawn(Desk.command());
        GuestPlacement placement = session.placement(guest);
        Expect.that(ProcessHandle.of(placement.hostPid()).map(ProcessHandle::isAlive).orElse(false),
                "no process is running with the pid %d", placement.hostPid());
        Expect.that(placement.instance() == 0 || placement.contexts() > 0, "it is in an instance without a context: %s",
                placement);
        guest.kill("enough of it");
        Desk.await(guest);
    }

    private static void quiesce(Desk desk) throws Exception {
        RuntimeSession session = desk.open(Program.LOOPS);
        GuestProcess guest = session.spawn(Desk.command());
        switch (session.quiesce(Deadline.inSeconds(PATIENCE_SECONDS))) {
        case Quiescence.AtRest(int guests) -> Expect.equal(1, guests, "guests at rest");
        case Quiescence.NotNow(String reason) -> Expect.that(!reason.isBlank(), "no reason is given");
        }
        session.resume();
        Expect.that(guest.waitFor(Deadline.in(A_MOMENT)).isEmpty(), "the guest was harmed: %s",
                guest.waitFor(Deadline.inSeconds(0)));
        guest.kill("enough of it");
        Desk.await(guest);
    }
}
