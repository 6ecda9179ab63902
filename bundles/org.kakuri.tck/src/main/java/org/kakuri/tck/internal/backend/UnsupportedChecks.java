package org.kakuri.tck.internal.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Expect;

/** What a backend lacks is refused by type and name, before anything was taken. */
final class UnsupportedChecks {
    private static final int REFUSALS = 16;

    private UnsupportedChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("unsupported")
                .add("attest", "Without the capability, attest() throws Unsupported.",
                        rig -> inside(rig, Capability.ATTEST, inside -> inside.attest(new byte[32])))
                .add("seal", "Without the capability, sealing() throws Unsupported.",
                        rig -> inside(rig, Capability.SEAL, inside -> inside.sealing()))
                .add("address-spaces", "Without the capability, newSpace() throws Unsupported.",
                        rig -> inside(rig, Capability.ADDRESS_SPACES, inside -> inside.newSpace(new SpaceSpec("s"))))
                .add("dynamic-memory", "Without the capability, attach() after seal() throws Unsupported, takes "
                        + "nothing, and accept() throws Unsupported.", UnsupportedChecks::dynamicMemory)
                .add("shared-memory", "Without the capability, share() throws Unsupported.", rig -> {
                    rig.onlyWithout(Capability.SHARED_MEMORY);
                    Expect.refused("share()", () -> rig.create().share(1), Unsupported.class);
                })
                .add("nesting", "Without the capability, nested() is empty.", rig -> {
                    rig.onlyWithout(Capability.NESTING);
                    Expect.equal(Optional.empty(), rig.ready(1).instance().nested(), "nested()");
                })
                .add("memory", "More memory than the backend has is refused by create() or attach().",
                        UnsupportedChecks::memory)
                .add("taken", "A refused create() has taken nothing: there is as much for others as before.",
                        UnsupportedChecks::taken)
                .all();
    }

    private static void inside(Rig rig, Capability capability, Rig.Task<Object> use) {
        rig.onlyWithout(capability);
        Expect.refused("use of " + capability, () -> rig.inside(use), Unsupported.class);
    }

    private static void dynamicMemory(Rig rig) {
        rig.onlyWithout(Capability.DYNAMIC_MEMORY);
        long at = 0x40000;
        TeeInstance instance = rig.ready(1).instance();
        Expect.refused("attach() after seal()", () -> instance.attach(at, Backing.of(rig.filled(2)), Perms.RW),
                Unsupported.class);
        Expect.equal(Optional.empty(), instance.physical(at), "what is at the address that was refused");
        Expect.refused("accept()", () -> rig.inside(inside -> {
            inside.accept(new Range(at, Rig.BYTES));
            return 0;
        }), Unsupported.class);
    }

    private static long limit(Rig rig) {
        return rig.info()
                .limits()
                .entrySet()
                .stream()
                .filter(limit -> limit.getKey().endsWith("memory.bytes"))
                .mapToLong(Map.Entry::getValue)
                .min()
                .orElseThrow(() -> new Skipped("the backend names no limit that ends in memory.bytes"));
    }

    private static void memory(Rig rig) {
        long tooMuch = limit(rig) / Rig.PAGE * Rig.PAGE + Rig.PAGE;
        Expect.refused("an instance with " + tooMuch + " bytes", () -> {
            TeeInstance instance = rig.keep(rig.backend().create(rig.machine(), Rig.spec(tooMuch)));
            instance.attach(Rig.BASE, new Zeros(tooMuch), Perms.RW);
        }, Unsupported.class);
        rig.ready(1);
    }

    private static void taken(Rig rig) {
        long quarter = limit(rig) / 4;
        InstanceSpec good = Rig.spec(quarter);
        var bad = new InstanceSpec(good.name(), good.identity(), quarter, good.pricing(),
                Map.of("tck.no-such-option", "1"));
        for (int i = 0; i < REFUSALS; i++) {
            Throwable thrown = Expect.thrownBy(() -> rig.keep(rig.backend().create(rig.machine(), bad)));
            if (thrown == null) {
                throw new Skipped("no creation to be refused: unknown options are taken");
            }
        }
        Throwable thrown = Expect.thrownBy(() -> rig.keep(rig.backend().create(rig.machine(), good)));
        Expect.that(thrown == null, "after %d refused instances of %d bytes, of which there is room for 4: %s",
                REFUSALS, quarter, thrown);
    }

    /** Memory without bytes, as large as one says. */
    private record Zeros(long bytes) implements Backing {
        @Override
        public Guard guard(Actor actor) {
            return Guard.EVERY_ACCESS;
        }

        @Override
        public void read(long at, MemorySegment to) {
            to.fill((byte) 0);
        }

        @Override
        public void write(long at, MemorySegment from) {}

        @Override
        public void protect(Range range, Perms perms) {
            throw new Unsupported("there are no bytes to protect: range=" + range, "");
        }

        @Override
        public void scrub() {}
    }
}
