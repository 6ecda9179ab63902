package org.kakuri.api.experiment;

import org.osgi.annotation.versioning.ConsumerType;

/** One of the things a trial compares. Used from one thread. */
@ConsumerType
public interface Arm {
    /** Returns what it is. */
    ArmInfo info();

    /**
     * Measures a block.
     *
     * @param iterations how many samples are wanted
     * @param sink takes them
     * @throws Exception a failure: the arm's trial is then failed, with this reason
     */
    void measure(int iterations, SampleSink sink) throws Exception;
}
