package org.kakuri.comparison;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.BackendInfo;

/** The pairs of backend and runtime that an experiment compares, by role. */
public final class Pairs implements AutoCloseable {
    /** Arm: an ordinary process. */
    public static final String NATIVE = "native";
    /** Arm: an instance for each process. */
    public static final String APART = "apart";
    /** Arm: all processes in one instance. */
    public static final String TOGETHER = "together";
    private static final String PLAIN = "plain";
    private static final String HEAP = "heap";
    private static final String MODE = "mode";

    private final TrialContext context;
    private final Point point;
    private final Task alone;
    private final Task task;
    private final String backend;
    private final long memory;
    private final String heap;
    private final List<Guests> opened = new ArrayList<>();

    /** Takes one program, for all. */
    public Pairs(TrialContext context, Point point, Task task) {
        this(context, point, point.text("tee"), task, task, point.number("memory"), point.text(HEAP));
    }

    /**
     * Takes programs.
     *
     * @param backend name of the backend
     * @param alone what is run as an ordinary process
     * @param task what is run in the runtimes
     * @param memory most memory of a session, in bytes
     * @param heap heap of an instance for one process
     */
    public Pairs(TrialContext context, Point point, String backend, Task alone, Task task, long memory,
            String heap) {
        this.memory = memory;
        this.heap = heap;
        this.context = context;
        this.point = point;
        this.backend = backend;
        this.alone = alone;
        this.task = task;
    }

    /** Returns an ordinary process, on whatever backend has one. */
    public Guests natively() {
        BackendInfo bare = context.workbench()
                .backends()
                .stream()
                .filter(info -> context.workbench().cell(info.name(), PLAIN).applicable())
                .findFirst()
                .orElseThrow(() -> new Unsupported("no backend runs ordinary processes to compare with", "tee:list"));
        return keep(Guests.on(context, bare.name(), PLAIN, alone, Long.MAX_VALUE, Map.of()));
    }

    /** Returns the runtime with an instance for each process. */
    public Guests apart(String mode) {
        return libos(APART, mode);
    }

    /** Returns the runtime with all processes in one instance. */
    public Guests together(String mode) {
        return libos(TOGETHER, mode);
    }

    /** Returns the runtime with an instance for each process, which sees the pages that are touched. */
    public Guests observed(long memory) {
        Guests guests = keep(Guests.on(context, backend, point.text(APART), task, memory,
                Map.of("paging", "observed")));
        context.note(APART, "%s on %s: %s".formatted(point.text(APART), backend, guests.lease().cell().meaning()));
        return guests;
    }

    private Guests libos(String role, String mode) {
        var options = new HashMap<>(Map.of(MODE, mode));
        String runtime = point.text(role);
        if (context.workbench().runtime(runtime).options().containsKey(HEAP)) {
            options.put(HEAP, heap);
        }
        Guests guests = keep(Guests.on(context, backend, runtime, task, memory, options));
        context.note(role, "%s on %s: %s".formatted(runtime, backend, guests.lease().cell().meaning()));
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
