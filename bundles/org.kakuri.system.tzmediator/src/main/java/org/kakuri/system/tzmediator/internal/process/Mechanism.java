package org.kakuri.system.tzmediator.internal.process;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A way in which a client and its partner exchange messages.
 *
 * @param name what the parameter {@code mechanism} calls it
 * @param kind what {@code ca.c} and {@code ta_pingpong.c} call it: how a message travels over the descriptors
 * @param most most bytes of a message
 * @param calls whether a message takes a call of each side; memory that both share takes none
 * @param opening opens a channel
 */
public record Mechanism(String name, String kind, int most, boolean calls, Opening opening) {
    /** Bytes on a stream: {@link #kind} of what needs no argument. */
    public static final String STREAM = "stream";

    private static final int LARGEST = 64 * 1024;

    /** Every mechanism there is; a new one is a row here. */
    public static final Map<String, Mechanism> ALL = Stream
            .of(new Mechanism("pipe", STREAM, LARGEST, true, size -> Channels.pipes(STREAM)),
                    new Mechanism("fifo", STREAM, LARGEST, true, size -> Channels.fifos()),
                    new Mechanism("unix", STREAM, LARGEST, true, size -> Channels.unixSockets()),
                    new Mechanism("tcp", STREAM, LARGEST, true, size -> Channels.tcpSockets()),
                    new Mechanism("mq", "mq", LARGEST, true, Channels::queues),
                    new Mechanism("eventfd", "eventfd", 7, true, size -> Channels.counters()),
                    new Mechanism("signal", "signal", Integer.BYTES, true, size -> Channels.pipes("signal")),
                    new Mechanism("shm", "shm", LARGEST, false, size -> Channels.sharedMemory()))
            .collect(Collectors.toUnmodifiableMap(Mechanism::name, Function.identity()));

    /** Opens a channel of one kind. */
    @FunctionalInterface
    public interface Opening {
        /** Returns both ends, for messages of as many bytes. */
        Channel open(int messageBytes);
    }

    /** Opens a channel; the caller closes it. */
    public Channel open(int messageBytes) {
        return opening.open(messageBytes);
    }

    /** Whether a client in plain Java can do it, which opens its ends again under {@code /proc/self/fd} and only reads and writes. */
    public boolean plainJava() {
        return name.equals("pipe") || name.equals("fifo");
    }
}
