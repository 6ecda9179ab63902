package org.kakuri.tck.internal.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.PhysicalMemory;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Expect;
import org.kakuri.tck.internal.Finding;

/** Who sees and changes what, through the machine's checkers. */
final class AccessChecks {
    private static final int SECRET = 0x5c;
    private static final Actor DEVICE = Actor.device("tck-dma", SecurityState.NORMAL);

    private AccessChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("access")
                .add("inside", "Code inside reads and writes its memory, under the actor it is given.",
                        AccessChecks::inside)
                .add("host-read", "The host reads none of the bytes, whichever part it asks for.",
                        rig -> hidden(rig, Actor.HOST), Capability.CONFIDENTIALITY)
                .add("device-read", "A device of the normal world reads none of the bytes.",
                        rig -> hidden(rig, DEVICE), Capability.CONFIDENTIALITY)
                .add("host-write", "The host changes none of the bytes, also not by a write that begins before them.",
                        rig -> untouched(rig, Actor.HOST), Capability.INTEGRITY)
                .add("device-write", "A device of the normal world changes none of the bytes.",
                        rig -> untouched(rig, DEVICE), Capability.INTEGRITY)
                .add("fault",
                        "A fault, and what is shown instead of the bytes, names a checker that the machine has, a rule, who "
                                + "tried and where.",
                        AccessChecks::fault, Capability.CONFIDENTIALITY)
                .add("control",
                        "With just the refusing checker off the same read succeeds, and on again it is refused.",
                        AccessChecks::control, Capability.CONFIDENTIALITY)
                .add("guard", "The guard for the host admits whether accesses are checked.", AccessChecks::guard)
                .add("physical", "physical() is empty where nothing is attached, and reaches to the attachment's end.",
                        AccessChecks::physical)
                .all();
    }

    private record Target(PhysicalMemory memory, long address, MemorySegment plain, Actor inside) {
        Access read(Actor actor, long offset, MemorySegment to) {
            return memory.read(actor, address + offset, to);
        }
    }

    private static Target target(Rig rig) throws Exception {
        var actor = Rig.actor();
        Rig.Ready ready = rig.ready(SECRET, actor);
        Actor inside = actor.result(ready.contexts().getFirst().run(Rig.NOBODY));
        Range range = ready.instance()
                .physical(Rig.BASE)
                .orElseThrow(() -> new Finding("physical() is empty where memory is attached"));
        return new Target(rig.machine().memory(), range.start(), ready.memory(), inside);
    }

    private static void inside(Rig rig) throws Exception {
        Target target = target(rig);
        MemorySegment seen = rig.buffer(Rig.BYTES);
        Expect.equal(Access.Granted.PLAIN, target.read(target.inside, 0, seen), "a read by code inside");
        Expect.that(seen.mismatch(target.plain) < 0, "code inside reads other bytes than were attached");
        Access write = target.memory.write(target.inside, target.address + 5, bytes(rig, 42));
        Expect.equal(Access.Granted.PLAIN, write, "a write by code inside");
        Expect.equal((byte) 42, target.plain.get(ValueLayout.JAVA_BYTE, 5), "what code inside wrote");
    }

    private static MemorySegment bytes(Rig rig, int value) {
        MemorySegment bytes = rig.buffer(4);
        bytes.fill((byte) value);
        return bytes;
    }

    private static void hidden(Rig rig, Actor actor) throws Exception {
        Target target = target(rig);
        long[][] parts = {{0, Rig.BYTES}, {0, 1}, {0, 64}, {Rig.PAGE - 32, 64}, {Rig.BYTES - 64, 64}};
        for (long[] part : parts) {
            MemorySegment seen = rig.buffer(part[1]);
            Access access = target.read(actor, part[0], seen);
            boolean plain = access instanceof Access.Granted granted && granted.view() == Access.View.PLAIN;
            boolean same = part[1] > 1 && seen.mismatch(target.plain.asSlice(part[0], part[1])) < 0;
            boolean some = access instanceof AccessFault && seen.get(ValueLayout.JAVA_BYTE, 0) != 0;
            Expect.that(!plain && !same && !some, "%s read %d bytes at offset %d: %s%s", who(actor), part[1], part[0],
                    access, some ? ", and saw some of them" : "");
        }
    }

    private static void untouched(Rig rig, Actor actor) throws Exception {
        Target target = target(rig);
        MemorySegment before = rig.buffer(Rig.BYTES).copyFrom(target.plain);
        for (long offset : new long[] {0, Rig.PAGE - 2, Rig.BYTES - 4, -2, Rig.BYTES - 2}) {
            Access access = target.memory.write(actor, target.address + offset, bytes(rig, 0x11));
            Expect.that(before.mismatch(target.plain) < 0, "%s changed the bytes at offset %d: %s", who(actor), offset,
                    access);
        }
    }

    private static String who(Actor actor) {
        return actor.device().isEmpty() ? "the host" : "a device";
    }

    private static AccessFault refusal(Rig rig, Target target) {
        Access access = target.read(Actor.HOST, 0, rig.buffer(64));
        if (access.equals(Access.Granted.PLAIN)) {
            throw new Skipped("the host reads the plain bytes: see access.host-read");
        }
        return access.refusal()
                .orElseThrow(() -> new Finding("the host sees other bytes, and no checker says why: " + access));
    }

    private static void fault(Rig rig) throws Exception {
        Target target = target(rig);
        AccessFault fault = refusal(rig, target);
        Expect.that(target.memory.checkers().contains(fault.checker()), "checker %s is none of %s", fault.checker(),
                target.memory.checkers());
        Expect.that(!fault.rule().isBlank(), "the fault cites no rule: %s", fault);
        Expect.equal(Actor.HOST, fault.actor(), "actor of the fault");
        Expect.equal(false, fault.write(), "whether the fault was a store");
        Expect.that(new Range(target.address, 64).overlaps(fault.range()), "the fault is elsewhere: %s", fault);
    }

    private static void control(Rig rig) throws Exception {
        Target target = target(rig);
        AccessFault fault = refusal(rig, target);
        MemorySegment seen = rig.buffer(64);
        Expect.equal(Access.Granted.PLAIN,
                target.memory.without(fault.checker(), () -> target.read(Actor.HOST, 0, seen)),
                "a read without " + fault.checker());
        Expect.that(seen.mismatch(target.plain.asSlice(0, 64)) < 0, "without %s the host reads other bytes",
                fault.checker());
        Access again = target.read(Actor.HOST, 0, rig.buffer(64));
        Expect.that(again.refusal().isPresent(), "with %s on again the host's read is %s", fault.checker(), again);
    }

    private static void guard(Rig rig) throws Exception {
        Target target = target(rig);
        Guard guard = target.memory.guard(Actor.HOST, target.address);
        boolean claims = rig.has(Capability.CONFIDENTIALITY) || rig.has(Capability.INTEGRITY);
        Expect.that(!claims || guard == Guard.EVERY_ACCESS || guard == Guard.PAGE_FAULT,
                "the backend claims protection, and the guard for the host is %s", guard);
        Expect.that(claims || guard != Guard.NONE
                || target.read(Actor.HOST, 0, rig.buffer(8)) instanceof Access.Granted,
                "nothing is said to be checked, and the host's read is refused");
    }

    private static void physical(Rig rig) {
        Rig.Ready ready = rig.ready(1);
        Expect.that(ready.instance().physical(Rig.BASE + Rig.BYTES).isEmpty(), "something is behind the attachment");
        Expect.equal((long) Rig.PAGE, ready.instance().physical(Rig.BASE + Rig.PAGE).map(Range::bytes).orElse(0L),
                "bytes from the second of two pages on");
    }
}
