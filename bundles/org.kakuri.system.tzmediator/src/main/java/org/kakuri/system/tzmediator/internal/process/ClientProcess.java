package org.kakuri.system.tzmediator.internal.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.kakuri.api.Deadline;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.Signals;

/**
 * A running client application. It measures one block at a time and waits in between. Used from one thread, except
 * {@link #pid()}.
 */
public final class ClientProcess implements AutoCloseable {
    /** The command that every client knows: as many round trips as said. */
    public static final String RUN = "run";

    private static final int CONTROL = 3;
    private static final int RESULT = 4;
    private static final int READS = 10;
    private static final int WRITES = 11;
    /** Time to tell the partner that no more comes, where it cannot see that by itself. */
    private static final Duration FAREWELL = Duration.ofMillis(500);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Pipe control;
    private final Pipe result;
    private final ErrorFile errors;
    private final ChildProcess child;

    private ClientProcess(Pipe control, Pipe result, ErrorFile errors, ChildProcess child) {
        this.control = control;
        this.result = result;
        this.errors = errors;
        this.child = child;
    }

    /** What came of a block. */
    public sealed interface Measured {
        /**
         * The client reported.
         *
         * @param block what
         */
        record Block(CaBlock block) implements Measured {}

        /**
         * The client is gone.
         *
         * @param reason how it ended and what it said
         */
        record ClientEnded(String reason) implements Measured {}

        /** It did not report in time. */
        record TimedOut() implements Measured {}

        /** The user cancelled. */
        record Cancelled() implements Measured {}
    }

    /** Starts one on its ends of a channel. */
    public static ClientProcess start(CaProgram program, Channel channel, int size, int cpu) {
        Pipe control = Pipe.open();
        Pipe result = Pipe.open();
        ErrorFile errors = new ErrorFile("ca");
        try {
            List<String> arguments = new ArrayList<>(List.of("client", "" + size, "" + READS, "" + WRITES, "" + cpu,
                    "" + CONTROL, "" + RESULT));
            arguments.addAll(channel.kindArgument());
            var spawn = program.spawn(arguments)
                    .give(channel.clientReads(), READS)
                    .give(channel.clientWrites(), WRITES)
                    .give(control.reader(), CONTROL)
                    .give(result.writer(), RESULT)
                    .give(errors.fd(), 2);
            ChildProcess child = program.start(spawn, cpu);
            control.reader().close();
            result.writer().close();
            return new ClientProcess(control, result, errors, child);
        } catch (RuntimeException e) {
            control.close();
            result.close();
            errors.close();
            throw e;
        }
    }

    /** Starts the peer of the baseline on the other ends. */
    public static ChildProcess startPeer(CaProgram program, Channel channel, int size, int cpu) {
        List<String> arguments = new ArrayList<>(List.of("peer", "" + size, "" + READS, "" + WRITES, "" + cpu));
        arguments.addAll(channel.kindArgument());
        var spawn = program.spawn(arguments)
                .give(channel.partnerReads(), READS)
                .give(channel.partnerWrites(), WRITES)
                .inherit(2);
        return program.start(spawn, cpu);
    }

    /** Returns its process. */
    public int pid() {
        return child.pid();
    }

    /** Measures a block of round trips. */
    public Measured run(int iterations, Deadline deadline, BooleanSupplier cancelled) {
        return run(RUN, iterations, 1, deadline, cancelled);
    }

    /**
     * Measures a block.
     *
     * @param command what the client calls it
     * @param timesEach how many times it takes in each round trip
     */
    public Measured run(String command, int iterations, int timesEach, Deadline deadline, BooleanSupplier cancelled) {
        if (!child.alive()) {
            return ended();
        }
        try {
            Lines.write(control.writer(), command + " " + iterations);
        } catch (NativeException endedMeanwhile) {
            return ended();
        }
        switch (Lines.await(result.reader(), deadline, cancelled)) {
        case TIMED_OUT :
            return new Measured.TimedOut();
        case CANCELLED :
            return new Measured.Cancelled();
        case READY :
            break;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(CaBlock.HEADER_BYTES, Long.BYTES);
            if (FdIo.readFully(result.reader(), header) < header.byteSize()) {
                return ended();
            }
            MemorySegment times = arena.allocate(ValueLayout.JAVA_LONG,
                    CaBlock.count(header, Math.multiplyExact(iterations, timesEach)));
            if (FdIo.readFully(result.reader(), times) < times.byteSize()) {
                return ended();
            }
            return new Measured.Block(CaBlock.decode(header, times));
        }
    }

    private Measured ended() {
        String how = child.waitFor(LAST_WORDS).map(ExitStatus::toString).orElse("closed its result pipe");
        return new Measured.ClientEnded("CA process " + child.pid() + " " + how + errors.quote());
    }

    /** Ends it at once. Any thread. */
    public void kill() {
        child.signalGroup(Signals.SIGKILL);
    }

    /** Lets it end, or ends it. */
    @Override
    public void close() {
        control.writer().close();
        child.waitFor(FAREWELL);
        child.close();
        result.close();
        control.close();
        errors.close();
    }
}
