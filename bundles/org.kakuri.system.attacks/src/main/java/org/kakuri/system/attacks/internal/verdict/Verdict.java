package org.kakuri.system.attacks.internal.verdict;

import java.util.Objects;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Guard;

/** What may be concluded from an attempt and its controls. */
public sealed interface Verdict {
    /** Returns the word for it. */
    Kind kind();

    /** Returns why, in one line. */
    String why();

    /**
     * The attack succeeded.
     *
     * @param kind {@link Kind#LEAKED} or {@link Kind#CORRUPTED}
     * @param evidence what it can show
     */
    record Broken(Kind kind, Evidence evidence) implements Verdict {
        /** Refuses kinds that are no success. */
        public Broken {
            if (kind != Kind.LEAKED && kind != Kind.CORRUPTED) {
                throw new IllegalArgumentException("not a success: kind=" + kind);
            }
            Objects.requireNonNull(evidence);
        }

        @Override
        public String why() {
            return evidence.text();
        }
    }

    /**
     * The attack was stopped. There is no other way to say so than a fault that a checker issued and a control run that
     * succeeded without that very checker.
     *
     * @param fault what the checker said
     * @param control the attack without that checker
     */
    record Blocked(AccessFault fault, Control.Succeeded control) implements Verdict {
        /** Refuses a control run of another checker. */
        public Blocked {
            if (!fault.checker().equals(control.checker())) {
                throw new IllegalArgumentException("the control run switched off %s, but %s refused".formatted(
                        control.checker(), fault.checker()));
            }
        }

        @Override
        public Kind kind() {
            return Kind.BLOCKED;
        }

        @Override
        public String why() {
            return "%s of %s refused by %s: %s".formatted(fault.write() ? "store" : "load", fault.range(),
                    fault.checker(), fault.detail());
        }
    }

    /**
     * The accesses are checked less strictly than the attack needs.
     *
     * @param guard how they are checked
     * @param seen what was seen nevertheless
     */
    record NotEnforced(Guard guard, String seen) implements Verdict {
        @Override
        public Kind kind() {
            return Kind.NOT_ENFORCED;
        }

        @Override
        public String why() {
            return "accesses are checked at %s only: %s".formatted(guard, seen);
        }
    }

    /** A control run failed. */
    record Inconclusive(String why) implements Verdict {
        @Override
        public Kind kind() {
            return Kind.INCONCLUSIVE;
        }
    }

    /** The attack means nothing here. */
    record NotApplicable(String why) implements Verdict {
        @Override
        public Kind kind() {
            return Kind.NOT_APPLICABLE;
        }
    }
}
