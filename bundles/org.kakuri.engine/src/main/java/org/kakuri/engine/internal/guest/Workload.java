package org.kakuri.engine.internal.guest;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.runtime.Placement;

/**
 * An experiment around a program, checked.
 *
 * @param info what it asks and takes; the unit is the first metric's
 * @param variants its arms
 * @param metrics what is read of each run: the first gives the samples, the others extras
 * @param fromOutput whether one run gives as many samples as it prints
 * @param input what guests read
 * @param folders host folders by guest path
 * @param statuses exit statuses of a run that went well
 * @param timeout how long a run may take
 * @param outputLimit most bytes a run may write to each stream
 * @param memory most memory of a session, in bytes
 * @param placement where sessions are
 * @param keyEvents events without which the numbers mean nothing
 * @param origin the file it comes from, with its digest
 */
public record Workload(ExperimentInfo info, List<Variant> variants, List<Metric> metrics, boolean fromOutput,
        Input input, Map<String, Template> folders, Set<Integer> statuses, Duration timeout, int outputLimit,
        long memory, Placement placement, List<String> keyEvents, String origin) {
    /** Parameter that names the backend. */
    public static final String TEE = "tee";
    /** Parameter that names the runtime. */
    public static final String RUNTIME = "runtime";
    /** Name for the path of an empty folder that is removed after the trial. */
    public static final String SCRATCH = "scratch";

    /** Copies the collections. */
    public Workload {
        variants = List.copyOf(variants);
        metrics = List.copyOf(metrics);
        folders = Map.copyOf(folders);
        statuses = Set.copyOf(statuses);
        keyEvents = List.copyOf(keyEvents);
    }
}
