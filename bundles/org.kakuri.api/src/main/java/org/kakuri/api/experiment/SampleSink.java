package org.kakuri.api.experiment;

import java.util.Map;
import org.kakuri.api.tee.LedgerSnapshot;
import org.osgi.annotation.versioning.ProviderType;

/** Takes what an arm measures. Used on the thread that called the arm. */
@ProviderType
public interface SampleSink {
    /** Takes one sample, in the experiment's unit. */
    void sample(double value);

    /** Takes a second quantity of this block, such as CPU time, by name with unit: {@code cpu.ns}. */
    void extra(String name, double value);

    /**
     * Takes one of many values of a further quantity, such as a single caller's wait during this block, by name with unit:
     * {@code wait.ns}. Each is kept, and reports show their distribution over all measured blocks, up to the greatest. A sink
     * that keeps none, as in a test, ignores it.
     */
    default void detail(String name, double value) {}

    /** Takes the architectural events of this block. */
    void events(LedgerSnapshot events);

    /** Records that work came out wrong: the trial is failed with this reason. */
    void failure(String reason);

    /** Takes several extras. */
    default void extras(Map<String, Double> values) {
        values.forEach(this::extra);
    }
}
