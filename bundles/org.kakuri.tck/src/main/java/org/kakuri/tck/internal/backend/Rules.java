package org.kakuri.tck.internal.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.kakuri.api.tee.Capability;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;

/** Collects the checks of one group. */
final class Rules {
    private final String group;
    private final List<Check<BackendSubject>> checks = new ArrayList<>();

    Rules(String group) {
        this.group = group;
    }

    /** The body of a check, with a rig of its own. */
    @FunctionalInterface
    interface Body {
        void run(Rig rig) throws Exception;
    }

    Rules add(String id, String rule, Body body, Capability... needs) {
        checks.add(new Check<>(group + "." + id, rule, Set.of(needs), subject -> {
            try (var rig = new Rig(subject)) {
                body.run(rig);
            }
        }));
        return this;
    }

    List<Check<BackendSubject>> all() {
        return List.copyOf(checks);
    }
}
