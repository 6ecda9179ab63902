package org.kakuri.tck.internal.backend;

import java.util.List;
import java.util.stream.Stream;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;

/** All checks of backends. */
public final class BackendChecks {
    /** In the order they are run. */
    public static final List<Check<BackendSubject>> ALL = Stream
            .of(InfoChecks.all(), LifecycleChecks.all(), UnsupportedChecks.all(), AccessChecks.all(),
                    LedgerChecks.all(),
                    MeasureChecks.all(), AttestChecks.all(), SealChecks.all(), ContextChecks.all(), SpaceChecks.all(),
                    SharedChecks.all(), DynamicChecks.all(), ScrubChecks.all(), NestedChecks.all(),
                    ConcurrencyChecks.all())
            .flatMap(List::stream)
            .toList();

    private BackendChecks() {}
}
