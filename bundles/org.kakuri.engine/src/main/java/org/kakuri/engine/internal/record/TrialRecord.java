package org.kakuri.engine.internal.record;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.engine.internal.record.Entry.Phase;
import org.kakuri.engine.internal.record.Entry.Status;

/** What is known of one trial. Changed by {@link RunRecord} only. */
public final class TrialRecord {
    private final Point point;
    private final String where;
    private final Map<String, ArmRecord> arms = new LinkedHashMap<>();
    private Status status;
    private String reason = "";

    TrialRecord(Point point, String where) {
        this.point = point;
        this.where = where;
    }

    void add(ArmInfo info) {
        arms.put(info.name(), new ArmRecord(info, new ArrayList<>()));
    }

    void add(Entry.Block block) {
        ArmRecord arm = arms.get(block.arm());
        if (arm != null && block.phase() == Phase.MEASURE) {
            arm.blocks().add(block);
        }
    }

    void drop(String arm) {
        arms.remove(arm);
    }

    void end(Entry.Ended ended) {
        status = ended.status();
        reason = ended.reason();
    }

    /** Returns its point. */
    public Point point() {
        return point;
    }

    /** Returns what sets its point apart from the run's other points, as {@link RunSpec#where} spells it. */
    public String where() {
        return where;
    }

    /** Returns how it ended, empty if it did not. */
    public Optional<Status> status() {
        return Optional.ofNullable(status);
    }

    /** Returns why it ended so. */
    public String reason() {
        return reason;
    }

    /** Returns whether its samples count: it was measured to its end, or at least did not fail. */
    public boolean counts() {
        return status != Status.FAILED && status != Status.SKIPPED;
    }

    /** Returns the arms that were not left out and have measured blocks. */
    public Collection<ArmRecord> arms() {
        return arms.values().stream().filter(arm -> !arm.blocks().isEmpty()).toList();
    }

    /** Returns such an arm by its name. */
    public Optional<ArmRecord> arm(String name) {
        return Optional.ofNullable(arms.get(name)).filter(arm -> !arm.blocks().isEmpty());
    }

    /** Returns what an arm stands for: the point's values, and over them what sets the arm apart. */
    public Map<String, String> parameters(ArmRecord arm) {
        var all = new TreeMap<>(point.values());
        all.putAll(arm.info().parameters());
        return all;
    }

    /**
     * One arm and its measured blocks.
     *
     * @param info what it is
     * @param blocks in the order they were measured
     */
    public record ArmRecord(ArmInfo info, List<Entry.Block> blocks) {
        /** Returns the samples, by block. */
        public List<double[]> samples() {
            return blocks.stream().map(Entry.Block::values).toList();
        }

        /** Returns how many samples there are. */
        public long count() {
            return blocks.stream().mapToLong(block -> block.values().length).sum();
        }

        /** Returns the events of all blocks, empty if a block did not tell any. */
        public Optional<LedgerSnapshot> events() {
            if (blocks.stream().anyMatch(block -> block.events() == null)) {
                return Optional.empty();
            }
            return Optional.of(blocks.stream()
                    .map(Entry.Block::events)
                    .reduce(LedgerSnapshot.EMPTY,
                            LedgerSnapshot::plus));
        }
    }
}
