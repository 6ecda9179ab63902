package org.kakuri.system.tzmediator.internal;

import java.time.Duration;
import java.util.Arrays;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.system.tzmediator.internal.process.CaBlock;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.internal.process.ClientProcess.Measured;

/** What the baseline and the mediated arms have in common: a client that makes round trips, and its answer judged. */
public abstract class IpcArm implements SettlingArm {
    /** A round trip that takes longer than this is a failure, not a sample. */
    private static final Duration LONGEST_ROUND = Duration.ofMillis(5);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration MARGIN = Duration.ofSeconds(1);
    private static final Duration SETTLE_LONGEST = Duration.ofMillis(1_500);

    private final ArmInfo info;
    private final TrialContext context;
    private final Uncounted uncounted;

    /**
     * How many round trips are made that do not count.
     *
     * @param leadIn before each block: its processes slept while others were measured
     * @param settling at a time while programs warm up
     */
    public record Uncounted(int leadIn, int settling) {
        /** For round trips of some microseconds. */
        public static final Uncounted SHORT_ROUNDS = new Uncounted(200, 1_000);
    }

    /** Begins. */
    protected IpcArm(ArmInfo info, TrialContext context, Uncounted uncounted) {
        this.info = info;
        this.context = context;
        this.uncounted = uncounted;
    }

    @Override
    public final ArmInfo info() {
        return info;
    }

    /** Returns the client. */
    protected abstract ClientProcess client();

    /** Returns why the client got no answer, as far as anybody knows. */
    protected abstract String reason(String otherwise);

    /** Returns why the client is gone, if anybody knows better than how it ended. */
    protected String clientEnded(String how) {
        return how;
    }

    /** Is told that no answer came in time, or that none is wanted any more. */
    protected abstract void giveUp(String reason);

    /** Makes round trips and reports what else was counted meanwhile. */
    protected abstract CaBlock measured(int iterations, SampleSink sink);

    @Override
    public final void measure(int iterations, SampleSink sink) {
        CaBlock leadIn = run(uncounted.leadIn);
        if (leadIn.mismatches() > 0) {
            sink.failure(wrong(leadIn));
            return;
        }
        CaBlock block = measured(iterations, sink);
        for (long nanos : block.nanos()) {
            sink.sample(nanos);
        }
        sink.extra("cpu.ca.ns", block.cpuNanos());
        sink.extra("switches.ca", block.voluntarySwitches());
        if (block.mismatches() > 0) {
            sink.failure(wrong(block));
        }
    }

    @Override
    public void settle(int least) {
        long until = System.nanoTime() + SETTLE_LONGEST.toNanos();
        long best = Long.MAX_VALUE;
        int slower = 0;
        for (int rounds = 0; (rounds < least || slower < 2)
                && System.nanoTime() - until < 0; rounds += uncounted.settling) {
            CaBlock block = run(uncounted.settling);
            if (block.mismatches() > 0) {
                throw new KakuriException(info.name() + ": " + wrong(block), "");
            }
            long median = median(block.nanos());
            slower = median < best - best / 50 ? 0 : slower + 1;
            best = Math.min(best, median);
        }
    }

    /** Makes round trips; everything but a complete block is an exception. */
    protected final CaBlock run(int iterations) {
        return run(ClientProcess.RUN, iterations, 1);
    }

    /**
     * Makes round trips in another way.
     *
     * @param command what the client calls it
     * @param times how many times the client takes in each round trip
     */
    protected final CaBlock run(String command, int iterations, int times) {
        Duration limit = GRACE.plus(LONGEST_ROUND.multipliedBy(iterations));
        Duration left = beforeTheTrialIsGivenUp();
        Deadline deadline = Deadline.in(limit.compareTo(left) < 0 ? limit : left);
        return switch (client().run(command, iterations, times, deadline, context::cancelled)) {
        case Measured.Block(CaBlock block) when block.outcome() == CaBlock.Outcome.DONE
                || block.outcome() == CaBlock.Outcome.WRONG_PAYLOAD ->
            block;
        case Measured.Block(CaBlock block) -> throw broken(reason(
                "the CA's partner closed its end: outcome=%s, errno=%d".formatted(block.outcome(), block.errno())));
        case Measured.ClientEnded(String how) -> throw broken(clientEnded(how));
        case Measured.TimedOut() -> {
            String reason = "no answer to %d messages in time; the TA was ended".formatted(iterations);
            giveUp(reason);
            throw broken(reason);
        }
        case Measured.Cancelled() -> {
            giveUp("cancelled");
            throw broken("cancelled");
        }
        };
    }

    /** A little less than the trial has left, so that the reason is ours: the engine knows only that time is over. */
    private Duration beforeTheTrialIsGivenUp() {
        Duration left = context.deadline().remaining();
        return left.compareTo(MARGIN.multipliedBy(2)) > 0 ? left.minus(MARGIN) : left.dividedBy(2);
    }

    private KakuriException broken(String reason) {
        return new KakuriException(info.name() + ": " + reason, "");
    }

    private static String wrong(CaBlock block) {
        return "%d of %d replies were not what they had to be".formatted(block.mismatches(), block.nanos().length);
    }

    private static long median(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @Override
    public abstract void close();
}
