package org.kakuri.tck.internal.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.kakuri.api.tee.Capability;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;

/** Collects the checks of one group. */
final class DeskRules {
    private final String group;
    private final List<Check<RuntimeSubject>> checks = new ArrayList<>();

    DeskRules(String group) {
        this.group = group;
    }

    /** The body of a check, with a desk of its own. */
    @FunctionalInterface
    interface Body {
        void run(Desk desk) throws Exception;
    }

    DeskRules add(String id, String rule, Body body, Capability... needs) {
        checks.add(new Check<>(group + "." + id, rule, Set.of(needs), subject -> {
            try (var desk = new Desk(subject)) {
                body.run(desk);
            }
        }));
        return this;
    }

    List<Check<RuntimeSubject>> all() {
        return List.copyOf(checks);
    }
}
