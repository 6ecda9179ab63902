package org.kakuri.engine.internal.record;

import java.util.Map;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.tee.LedgerSnapshot;

/** One line of {@code samples.jsonl}: something that happened in a run. Only ever appended. */
public sealed interface Entry {

    /**
     * A trial begins.
     *
     * @param trial number of the trial in the run, from 0
     * @param point its point
     */
    record Opened(int trial, Point point) implements Entry {}

    /**
     * An arm of a trial is there.
     *
     * @param trial its trial
     * @param info what it is, with the prices it is charged
     */
    record ArmSeen(int trial, ArmInfo info) implements Entry {}

    /**
     * A block was measured.
     *
     * @param trial its trial
     * @param arm name of its arm
     * @param phase whether it counts
     * @param round number of the round within the phase, from 0
     * @param place place of the arm within the round, from 0
     * @param ns how long the block took as a whole, the harness's share included
     * @param values samples in the order they were taken
     * @param extras further quantities
     * @param details values of quantities that have many in a block, in the order they were told
     * @param events architectural events; null if the arm told none
     */
    record Block(int trial, String arm, Phase phase, int round, int place, long ns, double[] values,
            Map<String, Double> extras, Map<String, double[]> details, LedgerSnapshot events) implements Entry {}

    /**
     * A fact of the environment.
     *
     * @param trial its trial
     * @param key name
     * @param value value
     */
    record Note(int trial, String key, String value) implements Entry {}

    /**
     * Something was left out. An arm of that trial with that name does not count.
     *
     * @param trial its trial
     * @param what what
     * @param why why
     */
    record Skip(int trial, String what, String why) implements Entry {}

    /**
     * A trial came to an end.
     *
     * @param trial its number
     * @param status how
     * @param reason why, empty if it was measured to its end
     */
    record Ended(int trial, Status status, String reason) implements Entry {}

    /** The run came to its end. Its absence means that it did not. */
    record Finished() implements Entry {}

    /** Whether a block counts. */
    enum Phase {
        /** It does not. */
        WARMUP,
        /** It does. */
        MEASURE
    }

    /** How a trial ended. */
    enum Status {
        /** Every block was measured. */
        DONE,
        /** It cannot be measured here. */
        SKIPPED,
        /** It went wrong; its samples are kept and do not count. */
        FAILED,
        /** The user ended the run; what was measured counts. */
        CANCELLED
    }
}
