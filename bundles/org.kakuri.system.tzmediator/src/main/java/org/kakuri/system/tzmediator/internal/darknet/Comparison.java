package org.kakuri.system.tzmediator.internal.darknet;

import java.util.concurrent.atomic.AtomicLong;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.system.tzmediator.internal.process.CaBlock;

/** Counts over all arms of a trial how many inferences gave the logits of the unsplit network. */
final class Comparison {
    private final AtomicLong compared = new AtomicLong();
    private final AtomicLong different = new AtomicLong();

    /** Takes a block of so many inferences; reports all so far. */
    CaBlock count(CaBlock block, int inferences, SampleSink sink) {
        sink.extra(DarknetArms.COMPARED, compared.addAndGet(inferences));
        sink.extra(DarknetArms.DIFFERENT, different.addAndGet(block.mismatches()));
        return block;
    }
}
