package org.kakuri.api.experiment;

import java.util.List;
import java.util.Set;
import org.kakuri.api.tee.Capability;

/**
 * What a research system is.
 *
 * @param name unique, lower case
 * @param title one line
 * @param rebuilds the published work it rebuilds
 * @param needs capabilities of the backends it works on
 * @param experiments ids of its experiments
 */
public record SystemInfo(String name, String title, String rebuilds, Set<Capability> needs, List<String> experiments) {

    /** Copies the collections. */
    public SystemInfo {
        needs = Set.copyOf(needs);
        experiments = List.copyOf(experiments);
    }
}
