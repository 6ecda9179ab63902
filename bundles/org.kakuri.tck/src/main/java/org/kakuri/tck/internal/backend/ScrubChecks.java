package org.kakuri.tck.internal.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;

/** What is left of an instance's memory: zeros. */
final class ScrubChecks {
    private ScrubChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("scrub")
                .add("ready", "Destroying overwrites what was attached.", rig -> {
                    Rig.Ready ready = rig.ready(0x5c, _ -> 0);
                    ready.contexts().getFirst().run(Rig.NOBODY);
                    rig.destroy(ready.instance());
                    zero(ready.memory());
                })
                .add("building", "Destroying overwrites what was attached to an instance that was never sealed.",
                        rig -> {
                            MemorySegment memory = rig.filled(0x5c);
                            TeeInstance instance = rig.create();
                            instance.attach(Rig.BASE, Backing.of(memory), Perms.RW);
                            rig.destroy(instance);
                            zero(memory);
                        })
                .add("process", "Destroying overwrites what was attached from another process.", ScrubChecks::process)
                .add("later", "Destroying overwrites what was attached after sealing, accepted or not.",
                        ScrubChecks::later, Capability.DYNAMIC_MEMORY)
                .add("address", "Where the memory was, nobody reads it any more.", ScrubChecks::address)
                .all();
    }

    private static void zero(MemorySegment memory) {
        long at = memory.mismatch(MemorySegment.ofArray(new byte[Math.toIntExact(memory.byteSize())]));
        Expect.that(at < 0, "byte %d of %d is not overwritten", at, memory.byteSize());
    }

    private static void process(Rig rig) throws Exception {
        try (ChildMemory child = ChildMemory.filled(Rig.BYTES, "a secret of the child")) {
            TeeInstance instance = rig.create();
            instance.attach(Rig.BASE, child.backing(), Perms.RW);
            instance.seal();
            rig.destroy(instance);
            MemorySegment left = rig.buffer(Rig.BYTES);
            child.backing().read(0, left);
            zero(left);
        }
    }

    private static void later(Rig rig) {
        MemorySegment memory = rig.filled(0x5c);
        TeeInstance instance = rig.ready(1).instance();
        instance.attach(0x40000, Backing.of(memory), Perms.RW);
        rig.destroy(instance);
        zero(memory);
    }

    private static void address(Rig rig) {
        Rig.Ready ready = rig.ready(0x5c);
        long at = ready.instance().physical(Rig.BASE).orElseThrow().start();
        rig.destroy(ready.instance());
        MemorySegment seen = rig.buffer(64);
        Access access = rig.machine().memory().read(Actor.HOST, at, seen);
        Expect.that(seen.mismatch(rig.filled(0x5c).asSlice(0, 64)) >= 0, "the host still reads the memory: %s",
                access);
        Expect.that(ready.instance().physical(Rig.BASE).isEmpty(), "physical() still tells where it was");
    }
}
