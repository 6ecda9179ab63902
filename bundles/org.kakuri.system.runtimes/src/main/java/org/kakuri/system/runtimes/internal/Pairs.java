package org.kakuri.system.runtimes.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.BackendInfo;

/** The pairs of backend and runtime that an experiment compares, by role. */
final class Pairs implements AutoCloseable {
    /** Arm: an ordinary process. */
    static final String NATIVE = "native";
    /** Arm: an instance for each process. */
    static final String APART = "apart";
    /** Arm: all processes in one instance. */
    static final String TOGETHER = "together";
    private static final String PLAIN = "plain";
    private static final String HEAP = "heap";
    private static final String MODE = "mode";

    private final TrialContext context;
    private final Point point;
    private final String program;
    private final List<Guests> opened = new ArrayList<>();

    Pairs(TrialContext context, Point point, String program) {
        this.context = context;
        this.point = point;
        this.program = program;
    }

    /** Returns an ordinary process, on whatever backend has one. */
    Guests natively() {
        BackendInfo backend = context.workbench()
                .backends()
                .stream()
                .filter(info -> context.workbench().cell(info.name(), PLAIN).applicable())
                .findFirst()
                .orElseThrow(() -> new Unsupported("no backend runs ordinary processes to compare with", "tee:list"));
        return keep(Guests.on(context, backend.name(), PLAIN, program, Long.MAX_VALUE, Map.of()));
    }

    /** Returns the runtime with an instance for each process. */
    Guests apart(String mode) {
        return libos(APART, mode);
    }

    /** Returns the runtime with all processes in one instance. */
    Guests together(String mode) {
        return libos(TOGETHER, mode);
    }

    private Guests libos(String role, String mode) {
        var options = new HashMap<>(Map.of(MODE, mode));
        String runtime = point.text(role);
        if (context.workbench().runtime(runtime).options().containsKey(HEAP)) {
            options.put(HEAP, point.text(HEAP));
        }
        Guests guests = keep(Guests.on(context, point.text("tee"), runtime, program, point.number("memory"), options));
        context.note(role, "%s on %s: %s".formatted(runtime, point.text("tee"), guests.lease().cell().meaning()));
        return guests;
    }

    private Guests keep(Guests guests) {
        opened.add(guests);
        return guests;
    }

    @Override
    public void close() {
        opened.forEach(Guests::close);
        opened.clear();
    }
}
