package org.kakuri.system.attacks.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Guard;
import org.kakuri.system.attacks.internal.verdict.Control;
import org.kakuri.system.attacks.internal.verdict.Kind;
import org.kakuri.system.attacks.internal.verdict.Verdict;
import org.kakuri.system.attacks.internal.victim.SideRoute;

/**
 * How an attack went on each backend.
 *
 * @param attack its id
 * @param title one line
 * @param attacker what the attacker is
 * @param runtime what ran the victim
 * @param placement where
 * @param positiveControl the backend on which the attack must succeed; empty if there is none
 * @param rows a backend each
 * @param limit what none of this shows
 */
public record AttackReport(String attack, String title, String attacker, String runtime, Placement placement,
        String positiveControl, List<Row> rows, String limit) implements TextView, Outcome {
    static final String LIMIT = "a simulator confirms only the access-control model and the runtime's checks; nothing "
            + "about micro-architectural leakage or real firmware";
    private static final List<String> HEADINGS = List.of("BACKEND", "EXPECTED", "OBSERVED", "");
    private static final int INDENT = 17;

    /** Copies the rows. */
    public AttackReport {
        rows = List.copyOf(rows);
    }

    /**
     * How it went on one backend.
     *
     * @param backend its name
     * @param expected what the literature lets one expect
     * @param basis where that comes from
     * @param aimedAt the checker that is expected to refuse; empty if any may
     * @param observed what was seen
     * @param asExpected whether both agree; a verdict that means nothing is not compared
     * @param evidence bytes, fault or reason
     * @param rule the specification's rule that refused; empty unless blocked
     * @param checker who refused; empty unless blocked
     * @param range what was touched; empty unless blocked
     * @param guard how strictly accesses of this attacker are checked; empty where that cannot be told
     * @param control how it went without that checker; empty if the attack means nothing here
     * @param work what was done
     * @param outsideTheModel side routes; never part of the verdict
     */
    public record Row(String backend, String expected, String basis, String aimedAt, String observed,
            boolean asExpected, String evidence, String rule, String checker, String range, String guard,
            String control,
            String work, List<SideRoute> outsideTheModel) {
        /** Copies the side routes. */
        public Row {
            outsideTheModel = List.copyOf(outsideTheModel);
        }

        static Row of(Attack.Expectation expected, String backend, Verdict verdict, Optional<Guard> guard,
                Control control, String work, List<SideRoute> sideRoutes) {
            Optional<AccessFault> fault = verdict instanceof Verdict.Blocked(var issued, _) ? Optional.of(issued)
                    : Optional.empty();
            boolean rightChecker = expected.checker().isEmpty()
                    || fault.map(f -> f.checker().equals(expected.checker())).orElse(false);
            boolean same = verdict.kind() == Kind.NOT_APPLICABLE
                    || verdict.kind() == expected.verdict() && rightChecker;
            String without = verdict.kind() == Kind.NOT_APPLICABLE ? "" : text(control);
            return new Row(backend, expected.verdict().toString(), expected.basis(), expected.checker(),
                    verdict.kind().toString(), same, verdict.why(), fault.map(AccessFault::rule).orElse(""),
                    fault.map(AccessFault::checker).orElse(""), fault.map(f -> f.range().toString()).orElse(""),
                    guard.map(Guard::name).orElse(""), without, work, sideRoutes);
        }

        private static String text(Control control) {
            return switch (control) {
            case Control.Succeeded(String checker, var evidence) ->
                "without " + checker + " it succeeds: " + evidence.text();
            case Control.Failed(String why) -> "failed: " + why;
            case Control.NotNeeded _ -> "not needed: nobody refused";
            };
        }
    }

    @Override
    public int exitCode() {
        return rows.stream().allMatch(Row::asExpected) ? 0 : 1;
    }

    @Override
    public String text() {
        var text = new StringBuilder("%s: %s%n".formatted(attack, title));
        field(text, "attacker", attacker);
        field(text, "victim", "runtime %s, %s".formatted(runtime,
                placement == Placement.INLINE ? "in this process" : "in a domain host"));
        field(text, "positive control",
                positiveControl.isEmpty() ? "none: every verdict is INCONCLUSIVE" : positiveControl);
        text.append('\n');
        table(text);
        rows.forEach(row -> details(text, row));
        return text.append('\n').append("limit: ").append(limit).toString();
    }

    private void table(StringBuilder text) {
        List<List<String>> lines = new ArrayList<>(List.of(HEADINGS));
        rows.forEach(row -> lines.add(List.of(row.backend, row.expected, row.observed,
                row.asExpected ? "" : "DIFFERS")));
        int[] widths = new int[HEADINGS.size()];
        lines.forEach(line -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        });
        for (List<String> line : lines) {
            var one = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                one.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            text.append(one.toString().stripTrailing()).append('\n');
        }
    }

    private static void details(StringBuilder text, Row row) {
        text.append('\n').append(row.backend).append('\n');
        detail(text, "expected", row.expected + (row.aimedAt.isEmpty() ? "" : " by " + row.aimedAt));
        detail(text, "basis", row.basis);
        detail(text, "observed", row.observed + ": " + row.evidence);
        detail(text, "rule", row.rule);
        detail(text, "checked at", row.guard);
        detail(text, "control run", row.control);
        detail(text, "done", row.work);
        for (SideRoute route : row.outsideTheModel) {
            detail(text, "outside the model", "%s: %s, %s".formatted(route.route(), route.outcome(), route.detail()));
        }
    }

    private static void detail(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append("  ");
            field(text, name, value);
        }
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(("%-" + INDENT + "s %s%n").formatted(name, value));
    }
}
