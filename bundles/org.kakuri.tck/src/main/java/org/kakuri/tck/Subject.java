package org.kakuri.tck;

import java.util.Set;
import org.kakuri.api.tee.Capability;

/** What is checked. */
public sealed interface Subject permits BackendSubject, RuntimeSubject {
    /** Returns what results call it. */
    String name();

    /** Returns the capabilities of its backend. */
    Set<Capability> capabilities();
}
