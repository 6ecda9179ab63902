package org.kakuri.tck.internal.backend;

import java.util.List;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;
import org.kakuri.tck.internal.Finding;

/** Memory that the host offers after sealing and the code inside accepts. */
final class DynamicChecks {
    private static final long AT = 0x40000;
    private static final Range OFFER = new Range(AT, Rig.BYTES);
    private static final HostRequest MORE = new HostRequest("tck-memory", 1, 0);

    private DynamicChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("dynamic")
                .add("accepted", "Memory that was offered becomes the code's when it accepts it.",
                        DynamicChecks::accepted, Capability.DYNAMIC_MEMORY)
                .add("offered", "Memory that was only offered is not the instance's yet.", rig -> {
                    TeeInstance instance = rig.ready(1).instance();
                    instance.attach(AT, Backing.of(rig.filled(2)), Perms.RW);
                    Expect.that(instance.physical(AT).isEmpty(), "physical() tells of memory that nobody accepted");
                }, Capability.DYNAMIC_MEMORY)
                .add("not-offered", "Accepting what was not offered is refused.",
                        rig -> Expect.refused("accepting what was not offered", () -> rig.inside(inside -> {
                            inside.accept(OFFER);
                            return 0;
                        }), WrongState.class), Capability.DYNAMIC_MEMORY)
                .add("accept-twice", "Accepting again what was accepted is refused: the host cannot swap it.",
                        rig -> Expect.refused("accepting twice", () -> offered(rig, inside -> {
                            inside.accept(OFFER);
                            inside.accept(OFFER);
                            return 0;
                        }), WrongState.class), Capability.DYNAMIC_MEMORY)
                .all();
    }

    /** Runs code to which the host has offered memory after sealing. */
    private static <T> T offered(Rig rig, Rig.Task<T> task) throws Exception {
        var code = new Rig.Captured<T>(inside -> {
            inside.callHost(MORE);
            return task.run(inside);
        });
        Rig.Ready ready = rig.ready(1, code);
        return code.result(ready.contexts().getFirst().run(_ -> {
            ready.instance().attach(AT, Backing.of(rig.filled(2)), Perms.RW);
            return new Resume.Reply(0);
        }));
    }

    private static void accepted(Rig rig) throws Exception {
        var code = new Rig.Captured<>(inside -> {
            inside.callHost(MORE);
            inside.accept(OFFER);
            return inside.actor();
        });
        Rig.Ready ready = rig.ready(1, code);
        var actor = code.result(ready.contexts().getFirst().run(_ -> {
            ready.instance().attach(AT, Backing.of(rig.filled(2)), Perms.RW);
            return new Resume.Reply(0);
        }));
        long at = ready.instance()
                .physical(AT)
                .orElseThrow(() -> new Finding("physical() does not tell of memory that was accepted"))
                .start();
        Access access = rig.machine().memory().read(actor, at, rig.buffer(64));
        Expect.equal(Access.Granted.PLAIN, access, "a read by code inside of what it accepted");
    }
}
