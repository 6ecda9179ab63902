package org.kakuri.tck.internal.runtime;

import java.util.List;
import java.util.stream.Stream;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;

/** All checks of runtimes. */
public final class RuntimeChecks {
    /** In the order they are run. */
    public static final List<Check<RuntimeSubject>> ALL = Stream
            .of(SelfChecks.all(), OpenChecks.all(), GuestChecks.all(), StreamChecks.all(), SessionChecks.all(),
                    MediatedChecks.all())
            .flatMap(List::stream)
            .toList();

    private RuntimeChecks() {}
}
