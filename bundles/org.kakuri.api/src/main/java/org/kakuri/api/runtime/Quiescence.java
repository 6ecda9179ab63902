package org.kakuri.api.runtime;

/** Outcome of {@link RuntimeSession#quiesce}. */
public sealed interface Quiescence {
    /**
     * All guests are at rest.
     *
     * @param guests how many
     */
    record AtRest(int guests) implements Quiescence {}

    /**
     * Not possible now; the guests run on.
     *
     * @param reason why
     */
    record NotNow(String reason) implements Quiescence {}
}
