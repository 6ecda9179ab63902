package org.kakuri.api.runtime;

import java.util.Optional;
import java.util.Set;
import org.kakuri.api.tee.Capability;

/**
 * What backend and runtime are wanted.
 *
 * @param backend name of the backend; empty takes the one in use
 * @param runtime name of the runtime; empty takes the one in use
 * @param needs capabilities the backend must have
 * @param host name of the machine
 */
public record Selector(Optional<String> backend, Optional<String> runtime, Set<Capability> needs, String host) {
    /** The machine everything runs on unless something else is said. */
    public static final String DEFAULT_HOST = "host-a";

    /** Copies the needs. */
    public Selector {
        needs = Set.copyOf(needs);
    }

    /** Returns a selector of the two in use. */
    public static Selector inUse() {
        return new Selector(Optional.empty(), Optional.empty(), Set.of(), DEFAULT_HOST);
    }

    /** Returns a selector of a named pair. */
    public static Selector of(String backend, String runtime) {
        return new Selector(Optional.of(backend), Optional.of(runtime), Set.of(), DEFAULT_HOST);
    }

    /** Returns the same selector with needs. */
    public Selector needing(Capability... capabilities) {
        return new Selector(backend, runtime, Set.of(capabilities), host);
    }
}
