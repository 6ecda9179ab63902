package org.kakuri.tck.internal.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Expect;
import org.kakuri.tck.internal.Finding;

/** What a measurement depends on, and on what it does not. */
final class MeasureChecks {
    private MeasureChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("measure")
                .add("repeats", "The same memory gives the same measurement.",
                        rig -> Expect.equal(usual(rig, 1), usual(rig, 1), "measured twice"))
                .add("machines", "The same memory gives the same measurement on another machine.",
                        rig -> Expect.equal(usual(rig, 1), rig.measure(rig.otherMachine(), Rig.BASE,
                                Backing.of(rig.filled(1)), Perms.RW), "measured on another machine"))
                .add("bytes", "Other bytes give another measurement, also if only the last bit differs.",
                        MeasureChecks::bytes)
                .add("address", "Another guest address gives another measurement.",
                        rig -> differs(rig, rig.measure(rig.machine(), Rig.BASE + Rig.PAGE, Backing.of(rig.filled(1)),
                                Perms.RW), "the guest address"))
                .add("perms", "Other permissions give another measurement.",
                        rig -> differs(rig, rig.measure(rig.machine(), Rig.BASE, Backing.of(rig.filled(1)), Perms.R),
                                "the permissions"))
                .add("backing", "The bytes are read back through the backing, also from memory that another process "
                        + "owns and fills.", MeasureChecks::backing)
                .add("what-runs", "The measurement is that of the bytes which code inside finds, not of those that "
                        + "were there before.", MeasureChecks::whatRuns)
                .add("shared", "Shared memory is not measured.", MeasureChecks::shared, Capability.SHARED_MEMORY)
                .all();
    }

    private static Measurement usual(Rig rig, int fill) {
        return rig.measure(rig.machine(), Rig.BASE, Backing.of(rig.filled(fill)), Perms.RW);
    }

    private static void differs(Rig rig, Measurement other, String what) {
        Expect.that(!usual(rig, 1).equals(other), "%s does not matter: both give %s", what, other);
    }

    private static void bytes(Rig rig) {
        differs(rig, usual(rig, 2), "what is in memory");
        MemorySegment memory = rig.filled(1);
        byte last = memory.get(ValueLayout.JAVA_BYTE, Rig.BYTES - 1L);
        memory.set(ValueLayout.JAVA_BYTE, Rig.BYTES - 1L, (byte) (last ^ 1));
        differs(rig, rig.measure(rig.machine(), Rig.BASE, Backing.of(memory), Perms.RW), "the last bit");
    }

    private static void backing(Rig rig) throws Exception {
        try (ChildMemory child = ChildMemory.filled(Rig.BYTES, "written by a child")) {
            MemorySegment copy = rig.buffer(Rig.BYTES);
            child.backing().read(0, copy);
            Expect.equal("written by a child", copy.getString(0), "what the child wrote");
            Measurement expected = rig.measure(rig.machine(), Rig.BASE, Backing.of(copy), Perms.RW);
            Expect.equal(expected, rig.measure(rig.machine(), Rig.BASE, child.backing(), Perms.RW),
                    "measurement of the child's memory");
        }
    }

    private static void whatRuns(Rig rig) throws Exception {
        MemorySegment memory = rig.filled(1);
        TeeInstance instance = rig.create();
        instance.attach(Rig.BASE, Backing.of(memory), Perms.RW);
        memory.set(ValueLayout.JAVA_BYTE, 100, (byte) 99);
        var actor = Rig.actor();
        var context = instance.addContext(new ContextSpec("tck", actor));
        Measurement measured = instance.seal();
        Actor inside = actor.result(context.run(Rig.NOBODY));
        MemorySegment found = rig.buffer(Rig.BYTES);
        long at = instance.physical(Rig.BASE).orElseThrow(() -> new Finding("memory is nowhere")).start();
        if (!Access.Granted.PLAIN.equals(rig.machine().memory().read(inside, at, found))) {
            throw new Skipped("code inside cannot read its memory through the machine");
        }
        Expect.equal(rig.measure(rig.machine(), Rig.BASE, Backing.of(found), Perms.RW), measured,
                "measurement of memory that changed before seal()");
    }

    private static void shared(Rig rig) {
        TeeInstance instance = rig.create();
        instance.attach(Rig.BASE, Backing.of(rig.filled(1)), Perms.RW);
        instance.share(1);
        Expect.equal(usual(rig, 1), instance.seal(), "measurement of an instance that shares memory");
    }
}
