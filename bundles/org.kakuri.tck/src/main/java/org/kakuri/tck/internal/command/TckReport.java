package org.kakuri.tck.internal.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.CheckResult.Verdict;

/**
 * What a run found.
 *
 * @param results of each check
 * @param rules the rules of those that failed, by id
 * @param notApplicable pairs that were not checked, and why
 */
public record TckReport(List<CheckResult> results, Map<String, String> rules, List<String> notApplicable)
        implements
            Outcome,
            TextView {
    /** Fails also if nothing at all was checked. */
    @Override
    public int exitCode() {
        return count(results, Verdict.FAIL) == 0 && count(results, Verdict.PASS) > 0 ? 0 : 1;
    }

    private static long count(List<CheckResult> results, Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    @Override
    public String text() {
        var bySubject = new LinkedHashMap<String, List<CheckResult>>();
        results.forEach(result -> bySubject.computeIfAbsent(result.subject(), _ -> new ArrayList<>()).add(result));
        List<String> lines = new ArrayList<>();
        bySubject.forEach((subject, of) -> describe(lines, subject, of));
        notApplicable.forEach(pair -> lines.add(pair));
        return String.join("\n", lines);
    }

    private void describe(List<String> lines, String subject, List<CheckResult> of) {
        lines.add("%s: %d passed, %d failed, %d skipped".formatted(subject, count(of, Verdict.PASS),
                count(of, Verdict.FAIL), count(of, Verdict.SKIPPED)));
        var passed = new TreeMap<String, Integer>();
        var skipped = new TreeMap<String, List<String>>();
        for (CheckResult result : of) {
            switch (result.verdict()) {
            case PASS -> passed.merge(result.id().substring(0, result.id().indexOf('.')), 1, Integer::sum);
            case SKIPPED -> skipped.computeIfAbsent(result.detail(), _ -> new ArrayList<>()).add(result.id());
            case FAIL -> {
                lines.add("  FAIL " + result.id() + ": " + result.detail());
                lines.add("       rule: " + rules.get(result.id()));
            }
            }
        }
        List<String> groups = new ArrayList<>();
        passed.forEach((group, count) -> groups.add(String.format(Locale.ROOT, "%s %d", group, count)));
        lines.add("  passed   " + String.join(", ", groups));
        skipped.forEach((why, ids) -> lines.add("  skipped  %s: %s".formatted(why, String.join(", ", ids))));
    }
}
