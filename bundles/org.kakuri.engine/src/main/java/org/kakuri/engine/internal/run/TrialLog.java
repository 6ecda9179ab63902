package org.kakuri.engine.internal.run;

import java.util.concurrent.CancellationException;
import org.kakuri.engine.internal.record.Entry;
import org.kakuri.engine.internal.record.RunWriter;

/** What a trial writes. A trial that was given up cannot write any more, however long its thread lives on. */
final class TrialLog {
    private final RunWriter writer;
    private volatile boolean detached;

    TrialLog(RunWriter writer) {
        this.writer = writer;
    }

    synchronized void append(Entry entry) {
        check();
        writer.append(entry);
    }

    /** Throws if the trial was given up. */
    void check() {
        if (detached) {
            throw new CancellationException("the trial was given up");
        }
    }

    /** Ends the trial's own writing. */
    synchronized void detach() {
        detached = true;
    }
}
