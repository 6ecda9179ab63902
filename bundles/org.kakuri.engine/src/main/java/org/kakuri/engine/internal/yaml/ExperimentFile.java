package org.kakuri.engine.internal.yaml;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.kakuri.engine.internal.guest.GuestExperiment;

/**
 * An experiment file as it was found.
 *
 * @param path where it lies
 * @param name how messages call it
 * @param id the id it gives, also if something else is wrong
 * @param experiment what it describes; empty if there are problems
 * @param problems its errors, each with its place
 */
public record ExperimentFile(Path path, String name, Optional<String> id, Optional<GuestExperiment> experiment,
        List<String> problems) {

    /** Copies the list. */
    public ExperimentFile {
        problems = List.copyOf(problems);
    }

    /** Returns the file with a problem that only shows beside others. */
    public ExperimentFile with(String problem) {
        return new ExperimentFile(path, name, id, Optional.empty(), List.of(name + ":1:1: " + problem));
    }
}
