package org.kakuri.tck.internal.runtime;

import java.util.List;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;

/** All checks of runtimes. */
public final class RuntimeChecks {
    /** In the order they are run. */
    public static final List<Check<RuntimeSubject>> ALL = List.of();

    private RuntimeChecks() {}
}
