package org.kakuri.engine.internal.record;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.ArrayList;
import org.kakuri.engine.RunReport.Skipped;

/**
 * All that is known of a run: its spec and the entries so far. The run that is going on and the reader of its folder build the
 * same record from the same entries. Not thread-safe.
 */
public final class RunRecord {
    private final Path folder;
    private final RunSpec spec;
    private final SortedMap<String, String> environment;
    private final Map<Integer, TrialRecord> trials = new TreeMap<>();
    private final Map<String, Set<String>> notes = new LinkedHashMap<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private boolean finished;

    /** Makes a record without trials. */
    public RunRecord(Path folder, RunSpec spec, Map<String, String> environment) {
        this.folder = folder;
        this.spec = spec;
        this.environment = new TreeMap<>(environment);
        skipped.addAll(spec.skipped());
    }

    /**
     * Takes the next entry.
     *
     * @throws IllegalArgumentException if it belongs to a trial that was not opened
     */
    public void apply(Entry entry) {
        switch (entry) {
        case Entry.Opened opened ->
            trials.put(opened.trial(), new TrialRecord(opened.point(), spec.where(opened.point())));
        case Entry.ArmSeen seen -> trial(seen.trial()).add(seen.info());
        case Entry.Block block -> trial(block.trial()).add(block);
        case Entry.Note note -> notes.computeIfAbsent(note.key(), key -> new LinkedHashSet<>()).add(note.value());
        case Entry.Skip skip -> {
            TrialRecord trial = trial(skip.trial());
            trial.drop(skip.what());
            skipped.add(new Skipped(skip.what() + " at " + trial.where(), skip.why()));
        }
        case Entry.Ended ended -> {
            TrialRecord trial = trial(ended.trial());
            trial.end(ended);
            if (ended.status() == Entry.Status.SKIPPED) {
                skipped.add(new Skipped(trial.where(), ended.reason()));
            }
        }
        case Entry.Finished _ -> finished = true;
        }
    }

    private TrialRecord trial(int number) {
        TrialRecord trial = trials.get(number);
        if (trial == null) {
            throw new IllegalArgumentException("trial " + number + " was not opened");
        }
        return trial;
    }

    /** Returns where it is written. */
    public Path folder() {
        return folder;
    }

    /** Returns what the run set out to do. */
    public RunSpec spec() {
        return spec;
    }

    /** Returns facts of the machine and, over them, the trials' notes; different notes of one name joined by {@code |}. */
    public SortedMap<String, String> environment() {
        var all = new TreeMap<>(environment);
        notes.forEach((key, values) -> all.put(key, String.join(" | ", values)));
        return all;
    }

    /** Adds a fact of the machine. */
    public void environment(String key, String value) {
        environment.put(key, value);
    }

    /** Returns facts of the machine alone: the content of {@code env.json}. */
    public SortedMap<String, String> machine() {
        return Collections.unmodifiableSortedMap(environment);
    }

    /** Returns the trials, in the order they were opened. */
    public List<TrialRecord> trials() {
        return List.copyOf(trials.values());
    }

    /** Returns what was left out. */
    public List<Skipped> skipped() {
        return new LinkedHashSet<>(skipped).stream().toList();
    }

    /** Returns whether the run came to its end. */
    public boolean finished() {
        return finished;
    }
}
