package org.kakuri.engine;

import java.time.Duration;
import java.util.OptionalLong;
import org.kakuri.api.UsageError;

/**
 * How to measure.
 *
 * @param blocks measured blocks of each arm at each point; at least 2
 * @param iterations samples asked for in a block; 0 chooses them during warm-up so that a block lasts about 25 ms
 * @param warmup blocks of each arm that are measured before and do not count; up to four times as many while an arm is still
 *            getting faster
 * @param timeout how long a trial may take, from the opening to its last block
 * @param strict whether a missed <i>reproduces</i> claim sets the exit code too
 * @param seed of the order of arms and of the bootstrap; empty takes a random one, which is recorded
 * @param cancellation ends the run early
 * @param commandLine the command that repeats this run, for the record; may be empty
 */
public record RunOptions(int blocks, int iterations, int warmup, Duration timeout, boolean strict, OptionalLong seed,
        Cancellation cancellation, String commandLine) {
    /** Twelve blocks after three for warm-up, five minutes a trial. */
    public static final RunOptions DEFAULT = new RunOptions(12, 0, 3, Duration.ofMinutes(5), false,
            OptionalLong.empty(), Cancellation.NEVER, "");

    /** Refuses numbers that cannot be measured with. */
    public RunOptions {
        range("blocks", blocks, 2, 10_000);
        range("iterations", iterations, 0, 100_000);
        range("warmup", warmup, 0, 10_000);
        if (timeout.compareTo(Duration.ofMillis(100)) < 0 || timeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new UsageError("timeout=" + timeout.toMillis() + " ms is out of range", "take 100 ms to 24 h");
        }
    }

    private static void range(String name, int value, int low, int high) {
        if (value < low || value > high) {
            throw new UsageError(name + "=" + value + " is out of range", "take " + low + " to " + high);
        }
    }

    /** Returns the same with another number of measured blocks. */
    public RunOptions withBlocks(int value) {
        return new RunOptions(value, iterations, warmup, timeout, strict, seed, cancellation, commandLine);
    }

    /** Returns the same with another number of samples in a block. */
    public RunOptions withIterations(int value) {
        return new RunOptions(blocks, value, warmup, timeout, strict, seed, cancellation, commandLine);
    }

    /** Returns the same with another number of warm-up blocks. */
    public RunOptions withWarmup(int value) {
        return new RunOptions(blocks, iterations, value, timeout, strict, seed, cancellation, commandLine);
    }

    /** Returns the same with another time limit for a trial. */
    public RunOptions withTimeout(Duration value) {
        return new RunOptions(blocks, iterations, warmup, value, strict, seed, cancellation, commandLine);
    }

    /** Returns the same, strict or not. */
    public RunOptions withStrict(boolean value) {
        return new RunOptions(blocks, iterations, warmup, timeout, value, seed, cancellation, commandLine);
    }

    /** Returns the same with a fixed seed. */
    public RunOptions withSeed(long value) {
        return new RunOptions(blocks, iterations, warmup, timeout, strict, OptionalLong.of(value), cancellation,
                commandLine);
    }

    /** Returns the same with a way to end it early. */
    public RunOptions withCancellation(Cancellation value) {
        return new RunOptions(blocks, iterations, warmup, timeout, strict, seed, value, commandLine);
    }

    /** Returns the same with the command that repeats the run. */
    public RunOptions withCommandLine(String value) {
        return new RunOptions(blocks, iterations, warmup, timeout, strict, seed, cancellation, value);
    }
}
