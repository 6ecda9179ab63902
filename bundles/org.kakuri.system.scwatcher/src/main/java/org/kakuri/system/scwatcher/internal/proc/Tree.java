package org.kakuri.system.scwatcher.internal.proc;

import java.util.Optional;

/** Files of a guest, as one reader sees them. */
public interface Tree {
    /**
     * Returns what lies at a path.
     *
     * @param path without slashes at its ends; empty for the top
     * @param reader the pid that the reader knows itself by
     */
    Optional<Entry> find(String path, int reader);
}
