package org.kakuri.api.runtime;

/** Where a session runs. */
public enum Placement {
    /** In this process: deterministic, for tests. */
    INLINE,
    /** In a domain host: a child process with a framework of its own. */
    DOMAIN
}
