package org.kakuri.tck.internal.backend;

import java.util.List;
import java.util.Optional;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.AddressSpace;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;

/** Further address spaces over the memory of an instance. */
final class SpaceChecks {
    private static final long AT = 0x7000_0000;
    private static final Range OWN = new Range(Rig.BASE, Rig.PAGE);

    private SpaceChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("spaces")
                .add("maps", "A space resolves what is mapped in it, and nothing beside it.",
                        rig -> in(rig, SpaceChecks::maps), Capability.ADDRESS_SPACES)
                .add("apart", "What is mapped in one space is not in another.", SpaceChecks::apart,
                        Capability.ADDRESS_SPACES)
                .add("taken", "Mapping over what is mapped is refused.", rig -> in(rig, space -> {
                    space.map(AT, OWN, Perms.R);
                    Expect.refused("mapping over a mapping", () -> space.map(AT, OWN, Perms.R), WrongState.class);
                }), Capability.ADDRESS_SPACES)
                .add("not-own", "Mapping what is not the instance's memory is refused.",
                        rig -> in(rig, space -> Expect.refused("mapping memory of nobody",
                                () -> space.map(AT, new Range(Rig.BASE + Rig.BYTES, Rig.PAGE), Perms.R),
                                WrongState.class)),
                        Capability.ADDRESS_SPACES)
                .add("closed", "A closed space maps nothing; closing again does nothing.", rig -> in(rig, space -> {
                    space.close();
                    space.close();
                    Expect.refused("mapping in a closed space", () -> space.map(AT, OWN, Perms.R), WrongState.class);
                }), Capability.ADDRESS_SPACES)
                .all();
    }

    private interface Use {
        void of(AddressSpace space);
    }

    private static void in(Rig rig, Use use) throws Exception {
        rig.inside(inside -> {
            try (AddressSpace space = inside.newSpace(new SpaceSpec("tck"))) {
                use.of(space);
            }
            return 0;
        });
    }

    private static void maps(AddressSpace space) {
        Expect.equal(Optional.empty(), space.resolve(AT), "an address where nothing is mapped");
        space.map(AT, OWN, Perms.R);
        Expect.equal(Optional.of(Rig.BASE + 5), space.resolve(AT + 5), "an address in a mapping");
        Expect.equal(Optional.empty(), space.resolve(AT + Rig.PAGE), "the address behind a mapping");
        Expect.equal(Optional.empty(), space.resolve(AT - 1), "the address before a mapping");
    }

    private static void apart(Rig rig) throws Exception {
        rig.inside(inside -> {
            try (AddressSpace one = inside.newSpace(new SpaceSpec("one"));
                    AddressSpace two = inside.newSpace(new SpaceSpec("two"))) {
                one.map(AT, OWN, Perms.R);
                Expect.equal(Optional.empty(), two.resolve(AT), "an address mapped in the other space");
                two.map(AT, new Range(Rig.BASE + Rig.PAGE, Rig.PAGE), Perms.R);
                Expect.equal(Optional.of(Rig.BASE), one.resolve(AT), "the address in the first space");
            }
            return 0;
        });
    }
}
