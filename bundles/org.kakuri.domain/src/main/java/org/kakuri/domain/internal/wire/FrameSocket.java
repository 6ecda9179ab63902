package org.kakuri.domain.internal.wire;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.kakuri.api.Refused;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.FdPassing;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.SocketCalls;

/**
 * Messages over a UNIX stream socket. Any thread may send; one thread receives.
 *
 * <pre>
 * offset | size | field                                    (big endian)
 * 0      | 4    | 0x4b414b31, "KAK1"
 * 4      | 4    | bytes of JSON that follow, 1 to MOST_BYTES
 * 8      | 4    | descriptors that are attached to the header
 * 12     | ...  | JSON
 * </pre>
 */
public final class FrameSocket implements AutoCloseable {
    /** Most bytes of JSON in a frame. */
    public static final int MOST_BYTES = 4 << 20;

    static final int MAGIC = 0x4b414b31;
    static final int HEADER_BYTES = 12;

    private final Fd socket;
    private final WireCodec codec;
    private final ReentrantLock sending = new ReentrantLock();
    private boolean broken;
    private Partial partial;

    /** Takes ownership of the socket. */
    public FrameSocket(Fd socket, WireCodec codec) {
        this.socket = socket;
        this.codec = codec;
    }

    /** What one look at the socket found. */
    public sealed interface Incoming {
        /** The frame is not complete yet. */
        record More() implements Incoming {}

        /** The peer has closed its end. */
        record End() implements Incoming {}

        /**
         * A whole message.
         *
         * @param message what it says
         * @param descriptors what came along; owned by whoever holds this record
         */
        record Frame(Message message, List<Fd> descriptors) implements Incoming {}
    }

    private record Partial(byte[] json, int have, List<Fd> descriptors) {}

    /** Returns the descriptor, to poll for something to receive. */
    public Fd fd() {
        return socket;
    }

    /**
     * Sends a message; blocks while the peer does not read.
     *
     * @throws Refused if it is too large; nothing was sent
     * @throws NativeException EPIPE or ECONNRESET if the peer is gone; EBADF if a descriptor in it is not open, and nothing
     *         was sent. The peer never saw the whole message
     * @throws IllegalStateException if this end is closed
     */
    public void send(Message message) {
        WireCodec.Encoded encoded = checked(message);
        sending.lock();
        try {
            write(encoded);
        } finally {
            sending.unlock();
        }
    }

    /** Sends a short message if that can be done without waiting; returns whether it was sent. */
    public boolean trySend(Message message) {
        WireCodec.Encoded encoded = checked(message);
        if (!sending.tryLock()) {
            return false;
        }
        try {
            PollSet room = new PollSet(1);
            room.add(socket, PollSet.OUT);
            if (room.poll(0) == 0) {
                return false;
            }
            write(encoded);
            return true;
        } finally {
            sending.unlock();
        }
    }

    private WireCodec.Encoded checked(Message message) {
        WireCodec.Encoded encoded = codec.encode(message);
        if (encoded.json().length > MOST_BYTES) {
            throw new Refused("too large to cross the process border: %d bytes of at most %d".formatted(
                    encoded.json().length, MOST_BYTES), "pass a file or shorten the arguments");
        }
        if (encoded.descriptors().size() > FdPassing.MAX_DESCRIPTORS) {
            throw new Refused("too many descriptors to cross the process border: %d of at most %d".formatted(
                    encoded.descriptors().size(), FdPassing.MAX_DESCRIPTORS), "pass fewer");
        }
        return encoded;
    }

    private void write(WireCodec.Encoded encoded) {
        if (broken) {
            throw new NativeException("send", "an earlier frame was cut off", Errno.EPIPE);
        }
        byte[] header = ByteBuffer.allocate(HEADER_BYTES)
                .putInt(MAGIC)
                .putInt(encoded.json().length)
                .putInt(encoded.descriptors().size())
                .array();
        // These only lend their numbers: the sender keeps its descriptors, so they are never closed here.
        FdPassing.send(socket, header, encoded.descriptors().stream().map(Fd::own).toList());
        broken = true;
        try (Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(socket, arena.allocateFrom(ValueLayout.JAVA_BYTE, encoded.json()));
        }
        broken = false;
    }

    /**
     * Reads once, which blocks if there is nothing to read.
     *
     * @throws ProtocolViolation if the peer broke the protocol; what had arrived of the frame is closed
     */
    public Incoming receive() {
        if (partial == null) {
            return receiveHeader();
        }
        byte[] json = partial.json();
        int have = partial.have();
        long n;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rest = arena.allocate(Math.min(json.length - have, 1 << 16));
            n = readOrEnd(rest);
            MemorySegment.copy(rest, ValueLayout.JAVA_BYTE, 0, json, have, (int) n);
        }
        if (n == 0) {
            throw violation("ended within a frame: got=%d of %d bytes".formatted(have, json.length));
        }
        have += (int) n;
        if (have < json.length) {
            partial = new Partial(json, have, partial.descriptors());
            return new Incoming.More();
        }
        List<Fd> descriptors = partial.descriptors();
        Message message;
        try {
            message = codec.decode(json, descriptors.stream().map(Fd::number).toList());
        } catch (ProtocolViolation e) {
            dropPartial();
            throw e;
        }
        partial = null;
        return new Incoming.Frame(message, descriptors);
    }

    private long readOrEnd(MemorySegment buffer) {
        try {
            return FdIo.read(socket, buffer);
        } catch (NativeException e) {
            if (e.errno() == Errno.ECONNRESET) {
                return 0;
            }
            throw e;
        }
    }

    private Incoming receiveHeader() {
        FdPassing.Message received;
        try {
            received = FdPassing.receive(socket, HEADER_BYTES, FdPassing.MAX_DESCRIPTORS);
        } catch (NativeException e) {
            if (e.errno() == Errno.ECONNRESET) {
                return new Incoming.End();
            }
            throw new ProtocolViolation("no frame header: " + e.getMessage(), e);
        }
        ByteBuffer header = ByteBuffer.wrap(received.bytes());
        int magic = header.getInt();
        int length = header.getInt();
        int descriptors = header.getInt();
        if (magic != MAGIC || length < 1 || length > MOST_BYTES || descriptors != received.descriptors().size()) {
            int came = received.descriptors().size();
            received.close();
            throw new ProtocolViolation(
                    "not a frame: magic=0x%08x, length=%d of at most %d, descriptors=%d, came=%d".formatted(magic,
                            length, MOST_BYTES, descriptors, came));
        }
        partial = new Partial(new byte[length], 0, received.descriptors());
        return new Incoming.More();
    }

    private ProtocolViolation violation(String message) {
        dropPartial();
        return new ProtocolViolation(message);
    }

    private void dropPartial() {
        if (partial != null) {
            partial.descriptors().forEach(Fd::close);
            partial = null;
        }
    }

    /** Tells the peer that nothing more will come; what it still sends can be received. */
    public void endSending() {
        if (!socket.isClosed()) {
            SocketCalls.shutdownRaw(socket.number(), SocketCalls.SHUT_WR);
        }
    }

    /** Closes the socket and what had arrived of an unfinished frame. By the receiving thread, or when there is none. */
    @Override
    public void close() {
        dropPartial();
        socket.close();
    }
}
