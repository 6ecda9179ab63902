package org.kakuri.system.tzmediator.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kakuri.api.Deadline;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;

/** What an engine offers to a trial, and takes from its arms, kept for assertions. */
public class StandInContext implements TrialContext, SampleSink {
    public final Map<String, String> notes = new TreeMap<>();
    public final Map<String, String> skipped = new TreeMap<>();
    public final List<Double> samples = new ArrayList<>();
    public final Map<String, Double> extras = new TreeMap<>();
    public final List<String> failures = new ArrayList<>();
    private final Workbench workbench;
    public volatile Deadline deadline;
    volatile boolean cancelled;
    CostProfile inUse = CostProfile.UNPRICED;

    public StandInContext(Workbench workbench, Duration limit) {
        this.workbench = workbench;
        this.deadline = Deadline.in(limit);
    }

    @Override
    public Workbench workbench() {
        return workbench;
    }

    @Override
    public CostProfile costProfile(String architecture) {
        return inUse;
    }

    @Override
    public Path scratch() {
        return Path.of("target");
    }

    @Override
    public Path workspace() {
        return Path.of("../../workspace");
    }

    @Override
    public Deadline deadline() {
        return deadline;
    }

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public synchronized void note(String key, String value) {
        notes.put(key, value);
    }

    @Override
    public synchronized void skipped(String what, String why) {
        skipped.put(what, why);
    }

    @Override
    public void sample(double value) {
        samples.add(value);
    }

    @Override
    public void extra(String name, double value) {
        extras.put(name, value);
    }

    @Override
    public void events(LedgerSnapshot events) {
        extras.put("events", (double) events.counts().size());
    }

    @Override
    public void failure(String reason) {
        failures.add(reason);
    }

    /** Returns the median of the samples so far and forgets them. */
    double median() {
        List<Double> sorted = samples.stream().sorted().toList();
        samples.clear();
        return sorted.get(sorted.size() / 2);
    }
}
