package org.kakuri.tck.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.CheckResult.Verdict;

/** What tests ask of results. */
final class Results {
    private Results() {}

    static List<String> failing(List<CheckResult> results) {
        return results.stream().filter(result -> result.verdict() == Verdict.FAIL).map(CheckResult::id).toList();
    }

    /** Demands that nothing fails, and that exactly the given checks are skipped. */
    static void assertPasses(List<CheckResult> results, String... skipped) {
        assertEquals(List.of(), results.stream().filter(result -> result.verdict() == Verdict.FAIL).toList());
        assertEquals(List.of(skipped), results.stream()
                .filter(result -> result.verdict() == Verdict.SKIPPED)
                .map(CheckResult::id)
                .toList());
    }
}
