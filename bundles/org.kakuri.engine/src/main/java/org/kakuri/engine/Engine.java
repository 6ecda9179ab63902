package org.kakuri.engine;

import java.util.List;
import org.kakuri.api.experiment.ExperimentInfo;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Experiments, runs and results. Implemented by the engine bundle only. Thread-safe; several runs at once disturb each other's
 * timings, but not each other's folders.
 */
@ProviderType
public interface Engine {
    /** Returns the experiments there are now, by id: services, and the files of the workspace that can be used. */
    List<ExperimentInfo> experiments();

    /** Returns the experiment files of the workspace that cannot be used, with their errors. */
    List<ExperimentCheck> broken();

    /**
     * Checks an experiment file.
     *
     * @param file its path, or its name in the workspace's folder of experiments
     * @throws org.kakuri.api.UsageError if there is no such file
     */
    ExperimentCheck check(String file);

    /**
     * Returns an experiment.
     *
     * @param id its id, or the path of an experiment file, which ends with {@code .yaml}
     * @throws org.kakuri.api.UsageError if there is none of that id, naming the nearest, or the file has errors
     */
    ExperimentInfo show(String id);

    /**
     * Measures a sweep and judges its claims. Blocks until done, failed or cancelled; failed trials are in the report, not
     * thrown.
     *
     * @param request what to measure
     * @param progress told about each block, on the thread that measures
     * @throws org.kakuri.api.UsageError if the request makes no sense; nothing was measured or written then
     * @throws org.kakuri.api.KakuriException if the result folder cannot be written
     */
    RunReport run(RunRequest request, ProgressListener progress);

    /**
     * Runs every experiment that has claims, with its default parameters.
     *
     * @param options how to measure
     * @param progress told about each block
     * @throws org.kakuri.api.KakuriException if no experiment has claims
     */
    Reproduction reproduce(RunOptions options, ProgressListener progress);

    /** Returns the results there are, latest first. A folder that cannot be read is in the list, as damaged. */
    List<ResultSummary> results();

    /**
     * Returns a result, computed anew from its folder.
     *
     * @param id its id, an unambiguous part of it, or {@code last}
     * @throws org.kakuri.api.UsageError if there is none, or more than one
     * @throws org.kakuri.api.KakuriException if its folder cannot be read
     */
    RunReport result(String id);

    /** Returns the one JSON document of {@code --json}. */
    String json(RunReport report);

    /** Returns the report as plain text of at most 120 columns, without colours. */
    String text(RunReport report);
}
