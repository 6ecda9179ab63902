package org.kakuri.system.attacks.internal;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.system.attacks.internal.AttackReport.Row;
import org.kakuri.system.attacks.internal.verdict.Attempt;
import org.kakuri.system.attacks.internal.verdict.Control;
import org.kakuri.system.attacks.internal.verdict.Judge;
import org.kakuri.system.attacks.internal.verdict.Verdict;
import org.kakuri.system.attacks.internal.victim.SideRoute;
import org.kakuri.system.attacks.internal.victim.Victim;
import org.kakuri.system.attacks.internal.victim.VictimImages;

/** Runs attacks on backends, each with its control runs. Thread-safe. */
final class AttackSuite {
    private static final long LEASE_SECONDS = 10;
    private static final long MEMORY = 4 << 20;
    private static final int SECRET_BYTES = 32;

    private final Workbench workbench;
    private final VictimImages images;
    private final SecureRandom random = new SecureRandom();

    AttackSuite(Workbench workbench, VictimImages images) {
        this.workbench = workbench;
        this.images = images;
    }

    /** What was done on one backend, before anybody judges. */
    private record Raw(Attempt attempt, Control control, String work, List<SideRoute> sideRoutes) {}

    /**
     * Runs an attack.
     *
     * @param backends names; empty takes all that make sense with the runtime
     * @param runtimeName the runtime
     * @param placement where sessions run
     * @throws org.kakuri.api.UsageError if a name is unknown
     */
    AttackReport run(Attack attack, List<String> backends, String runtimeName, Placement placement) {
        RuntimeInfo runtime = workbench.runtime(runtimeName);
        List<BackendInfo> chosen = backends.isEmpty() ? workbench.backends()
                : backends.stream().map(workbench::backend).toList();
        RuntimeImage image = images.of(runtime);
        Optional<BackendInfo> open = unprotected(attack, chosen, runtime);
        Raw positive = open.map(backend -> raw(attack, backend, runtime, image, placement))
                .orElseGet(() -> notApplicable("no backend without " + attack.aim() + " runs " + runtime.name()));
        List<Row> rows = new ArrayList<>();
        for (BackendInfo backend : chosen) {
            Cell cell = workbench.cell(backend.name(), runtime.name());
            Raw raw = !cell.applicable() ? null
                    : open.filter(backend::equals).isPresent() ? positive
                            : raw(attack, backend, runtime, image, placement);
            rows.add(row(attack, backend, cell, raw, positive));
        }
        return new AttackReport(attack.id(), attack.title(), attack.attacker(), runtime.name(), placement,
                open.map(BackendInfo::name).orElse(""), rows, AttackReport.LIMIT);
    }

    /** A backend on which nothing is claimed to stop the attack: preferably one that is attacked anyway. */
    private Optional<BackendInfo> unprotected(Attack attack, List<BackendInfo> chosen, RuntimeInfo runtime) {
        List<BackendInfo> candidates = new ArrayList<>(chosen);
        candidates.addAll(workbench.backends());
        return candidates.stream()
                .filter(backend -> !attack.claimedBy(backend))
                .filter(backend -> workbench.cell(backend.name(), runtime.name()).applicable())
                .findFirst();
    }

    private static Raw notApplicable(String why) {
        return new Raw(new Attempt.Missed(why), new Control.NotNeeded(), "nothing", List.of());
    }

    private Raw raw(Attack attack, BackendInfo backend, RuntimeInfo runtime, RuntimeImage image, Placement placement) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        SessionSpec spec = SessionSpec.inline(attack.id(), MEMORY).at(placement);
        try (Lease lease = workbench.lease(Selector.of(backend.name(), runtime.name()),
                Deadline.inSeconds(LEASE_SECONDS));
                RuntimeSession session = lease.open(image, spec);
                Victim victim = Victim.start(session, secret)) {
            List<SideRoute> sideRoutes = SideRoute.tryAll(victim.hostPid(), secret);
            try {
                Strike strike = Strike.at(session, victim, secret, attack);
                return new Raw(strike.attempt(), strike.control(), strike.work(), sideRoutes);
            } catch (Unsupported noModel) {
                return new Raw(null, new Control.NotNeeded(), noModel.getMessage(), sideRoutes);
            }
        }
    }

    private static Row row(Attack attack, BackendInfo backend, Cell cell, Raw raw, Raw positive) {
        Attack.Expectation expected = attack.expected(backend);
        if (raw == null) {
            return Row.of(expected, backend.name(), new Verdict.NotApplicable(cell.meaning()), Optional.empty(),
                    new Control.NotNeeded(), "", List.of());
        }
        if (raw.attempt() == null) {
            return Row.of(expected, backend.name(), new Verdict.NotApplicable(raw.work()), Optional.empty(),
                    raw.control(), "", raw.sideRoutes());
        }
        Verdict verdict = Judge.judge(attack.success(), attack.claimedBy(backend), raw.attempt(), raw.control(),
                positive.attempt());
        return Row.of(expected, backend.name(), verdict, raw.attempt().checkedAt(), raw.control(), raw.work(),
                raw.sideRoutes());
    }
}
