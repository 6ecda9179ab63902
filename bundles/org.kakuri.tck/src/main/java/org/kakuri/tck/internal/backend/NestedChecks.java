package org.kakuri.tck.internal.backend;

import java.util.List;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;
import org.kakuri.tck.internal.Finding;

/** Instances inside instances. */
final class NestedChecks {
    private NestedChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("nested")
                .add("offered", "A backend that nests offers a backend in each instance that is READY.",
                        rig -> nested(rig.ready(1).instance()), Capability.NESTING)
                .add("destroyed", "What is inside an instance is destroyed with it.", NestedChecks::destroyed,
                        Capability.NESTING)
                .all();
    }

    private static TeeBackend nested(TeeInstance instance) {
        return instance.nested().orElseThrow(() -> new Finding("the backend nests, and nested() is empty"));
    }

    private static void destroyed(Rig rig) {
        TeeInstance outer = rig.ready(1).instance();
        TeeInstance inner = nested(outer).create(rig.machine(), Rig.spec(Rig.PAGE));
        rig.destroy(outer);
        Expect.equal(InstanceState.DESTROYED, inner.state(), "state of the inner instance");
    }
}
