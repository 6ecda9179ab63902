package org.kakuri.tck;

import java.util.Objects;
import java.util.Set;
import org.kakuri.api.tee.Capability;

/**
 * One rule of the contract and how it is checked.
 *
 * @param <S> what it checks
 * @param id stable name, {@code group.name}
 * @param rule what a backend or runtime must do, in one sentence
 * @param needs capabilities that the backend must have for the rule to mean anything; without them it is skipped
 * @param body does the check
 */
public record Check<S extends Subject>(String id, String rule, Set<Capability> needs, Body<S> body) {
    /** Copies the capabilities and refuses empty texts. */
    public Check {
        needs = Set.copyOf(needs);
        Objects.requireNonNull(body);
        if (id.isBlank() || rule.isBlank()) {
            throw new IllegalArgumentException("a check needs an id and a rule: id=" + id + ", rule=" + rule);
        }
    }

    /**
     * The check itself.
     *
     * @param <S> what it checks
     */
    @FunctionalInterface
    public interface Body<S> {
        /**
         * Checks; returns if the rule is kept.
         *
         * @throws Skipped if it cannot be told here
         * @throws Exception the finding, otherwise
         */
        void run(S subject) throws Exception;
    }
}
