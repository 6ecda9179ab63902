package org.kakuri.api.attest;

import java.util.List;
import java.util.Map;

/**
 * The outcome of a verification.
 *
 * @param checks what was checked, in order
 * @param claims what the evidence says, for people
 */
public record Appraisal(List<Check> checks, Map<String, String> claims) {

    /** Copies the collections. */
    public Appraisal {
        checks = List.copyOf(checks);
        claims = Map.copyOf(claims);
    }

    /** Returns whether every check passed, and there was one. */
    public boolean trusted() {
        return !checks.isEmpty() && checks.stream().allMatch(Check::passed);
    }

    /**
     * One check.
     *
     * @param id short name, stable
     * @param passed the outcome
     * @param detail the values that decided
     */
    public record Check(String id, boolean passed, String detail) {}
}
