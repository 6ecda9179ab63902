package org.kakuri.tck;

/**
 * The outcome of one check.
 *
 * @param id of the check
 * @param subject what was checked
 * @param verdict the outcome
 * @param detail what was found, or why it was skipped; empty for a pass
 */
public record CheckResult(String id, String subject, Verdict verdict, String detail) {
    /** Outcomes. */
    public enum Verdict {
        /** The rule is kept. */
        PASS,
        /** It is broken, or the check did not come to an end. */
        FAIL,
        /** It does not apply, or cannot be told here. */
        SKIPPED
    }
}
