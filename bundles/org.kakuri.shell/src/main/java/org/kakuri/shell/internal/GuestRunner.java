package org.kakuri.shell.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.kakuri.api.Deadline;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.Words;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.CostProfiles;
import org.kakuri.api.tee.LedgerSnapshot;

/** Runs one program to its end for a command. */
final class GuestRunner {
    private static final long DEFAULT_MEMORY = 1L << 30;
    private static final Duration STARTING = Duration.ofSeconds(10);
    private static final Duration ENDING = Duration.ofSeconds(5);

    private final Workbench workbench;
    private final RuntimeInfo runtime;
    private final RuntimeImage image;
    private final Words words;
    private final CostProfiles profiles;
    private final Map<String, String> options;

    GuestRunner(Workbench workbench, CostProfiles profiles, RuntimeInfo runtime, RuntimeImage image, Words words,
            Map<String, String> options) {
        this.options = Map.copyOf(options);
        this.profiles = profiles;
        this.workbench = workbench;
        this.runtime = runtime;
        this.image = image;
        this.words = words;
    }

    GuestRun execute(Command command, Deadline deadline) {
        long begun = System.nanoTime();
        var selector = new Selector(words.value("tee"), Optional.of(runtime.name()), Set.of(), Selector.DEFAULT_HOST);
        words.value("trace").filter(what -> !what.equals("cost")).ifPresent(what -> {
            throw new UsageError("there is no trace " + what, "say --trace cost, or --trace alone for events");
        });
        try (var lease = workbench.lease(selector, Deadline.in(STARTING));
                var session = lease.open(image, spec(lease.backend()))) {
            GuestProcess guest = session.spawn(command);
            GuestExit exit = guest.waitFor(deadline).orElseGet(() -> {
                guest.kill("the time given with --timeout is over");
                return guest.waitFor(Deadline.in(ENDING))
                        .orElseThrow(() -> new IllegalStateException("the guest does not end"));
            });
            long whole = System.nanoTime() - begun;
            LedgerSnapshot events = session.ledger();
            SessionReport report = session.report();
            Optional<CostWaterfall> cost = words.value("trace")
                    .map(_ -> CostWaterfall.of(whole, report, ofTheBackend(events, lease.backend()),
                            lease.charged(profiles.inUse(lease.backend().architecture()))));
            return new GuestRun(lease.backend().name(), runtime.name(), lease.cell().meaning(), exit.status(),
                    exit.reason(), exit.cpuNanos(), exit.peakMemory(), new TreeMap<>(events.counts()),
                    words.flags().contains("events"), report, cost);
        }
    }

    /** Opens a session without running anything, and lets its instance make evidence. */
    Evidence attest(byte[] nonce) {
        var selector = new Selector(words.value("tee"), Optional.of(runtime.name()), Set.of(), Selector.DEFAULT_HOST);
        try (var lease = workbench.lease(selector, Deadline.in(STARTING));
                var session = lease.open(image, spec(lease.backend()))) {
            return session.attest(nonce);
        }
    }

    /** What the runtime counts itself happens in the model of a library operating system, and has no price on any platform. */
    private static LedgerSnapshot ofTheBackend(LedgerSnapshot events, BackendInfo backend) {
        var own = new TreeMap<>(events.counts());
        own.keySet().retainAll(backend.events().keySet());
        return new LedgerSnapshot(own);
    }

    private SessionSpec spec(BackendInfo backend) {
        long memory = words.value("memory")
                .map(GuestRunner::bytes)
                .orElseGet(() -> usualMemory(backend));
        var all = new HashMap<>(options);
        all.putAll(RtCommands.pairs(words.value("option"), '=', "--option NAME=VALUE"));
        words.value("mode").ifPresent(mode -> all.put("mode", mode));
        SessionSpec spec = SessionSpec.inline(name(), memory);
        return new SessionSpec(spec.name(), words.flags().contains("domain") ? Placement.DOMAIN : Placement.INLINE,
                memory, spec.pricing(), spec.hostCalls(), all);
    }

    private String name() {
        return image.path().getFileName() == null ? "root" : image.path().getFileName().toString();
    }

    /** A GiB, or less where runtime or backend have less; of scarce protected memory a quarter. */
    private long usualMemory(BackendInfo backend) {
        long scarce = backend.limits()
                .entrySet()
                .stream()
                .filter(limit -> limit.getKey().endsWith("memory.bytes"))
                .mapToLong(limit -> limit.getValue() / 4)
                .min()
                .orElse(DEFAULT_MEMORY);
        return Math.min(Math.min(DEFAULT_MEMORY, scarce), runtime.memoryLimit());
    }

    private static long bytes(String text) {
        if (!text.matches("[0-9]{1,12}[kmgKMG]?")) {
            throw new UsageError("not a size: " + text, "write for example 256m");
        }
        char unit = Character.toLowerCase(text.charAt(text.length() - 1));
        int shift = switch (unit) {
        case 'k' -> 10;
        case 'm' -> 20;
        case 'g' -> 30;
        default -> 0;
        };
        return Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1)) << shift;
    }
}
