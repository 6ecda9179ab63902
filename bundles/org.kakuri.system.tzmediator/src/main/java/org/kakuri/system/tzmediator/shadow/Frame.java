package org.kakuri.system.tzmediator.shadow;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.FdPassing;
import org.kakuri.platform.linux.NativeException;

/**
 * What shadows, start programs and the workbench tell each other over a UNIX stream socket.
 * <table border="1">
 * <caption>Layout; must match {@code workspace/guests/tz/kakuri-ta.c}</caption>
 * <tr>
 * <th>offset</th>
 * <th>size</th>
 * <th>field</th>
 * </tr>
 * <tr>
 * <td>0</td>
 * <td>4</td>
 * <td>kind, an ordinal of {@link Kind}, in the machine's byte order; descriptors come along here</td>
 * </tr>
 * <tr>
 * <td>4</td>
 * <td>4</td>
 * <td>bytes of the rest, at most {@link #LONGEST}</td>
 * </tr>
 * <tr>
 * <td>8</td>
 * <td></td>
 * <td>words, each ended by a zero</td>
 * </tr>
 * </table>
 *
 * @param kind
 *            what it is about
 * @param words
 *            what it says
 * @param descriptors
 *            owned by whoever received it; the sender keeps his own
 */
public record Frame(Kind kind, List<String> words, List<Fd> descriptors) implements AutoCloseable {
    /** Most bytes of words: Linux lets arguments and environment be a quarter of the stack, 2 MiB as a rule. */
    public static final int LONGEST = 8 << 20;

    private static final int HEADER_BYTES = 8;

    /** Kinds of frames. */
    public enum Kind {
        /** A shadow that the CA started asks for a TA: a {@link Launch}. */
        START,
        /**
         * A start program asks for a TA behind a shadow of the pool: a {@link Launch}, with the descriptors it names.
         */
        START_POOLED,
        /**
         * The shadow is to serve: bytes of the page, spins, yields, signals that the TA masks and ignores; the page, in
         * the pool followed by the TA's descriptors.
         */
        SERVE,
        /** The shadow serves: its numbers of the TA's descriptors, in order. */
        READY,
        /** How the process is to end: {@code exit} or {@code signal}, the number, and what to print before. */
        END,
        /** A start program got a signal: its number, code and value, see sigaction(2). */
        SIGNAL
    }

    /** Copies the lists. */
    public Frame {
        words = List.copyOf(words);
        descriptors = List.copyOf(descriptors);
    }

    /** Returns a frame without descriptors. */
    public static Frame of(Kind kind, String... words) {
        return new Frame(kind, List.of(words), List.of());
    }

    /**
     * Sends it.
     *
     * @throws NativeException
     *             EPIPE when nobody receives any more
     */
    public void send(Fd socket) {
        byte[] content = content();
        if (content.length > LONGEST) {
            throw new IllegalArgumentException(
                    "arguments and environment have %d bytes; at most %d".formatted(content.length, LONGEST));
        }
        byte[] header = ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(kind.ordinal())
                .putInt(content.length)
                .array();
        FdPassing.send(socket, header, descriptors);
        if (content.length > 0) {
            try (Arena arena = Arena.ofConfined()) {
                FdIo.writeFully(socket, arena.allocateFrom(ValueLayout.JAVA_BYTE, content));
            }
        }
    }

    private byte[] content() {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (String word : words) {
            content.writeBytes(word.getBytes(StandardCharsets.UTF_8));
            content.write(0);
        }
        return content.toByteArray();
    }

    /**
     * Receives the next frame, waiting for it; empty at the end of the connection.
     *
     * @param mostDescriptors
     *            how many may come along
     *
     * @throws IllegalArgumentException
     *             if it is none; the connection is of no use any more
     */
    public static Optional<Frame> receive(Fd socket, int mostDescriptors) {
        FdPassing.Message header;
        try {
            header = FdPassing.receive(socket, HEADER_BYTES, mostDescriptors);
        } catch (NativeException e) {
            if (e.errno() == Errno.ECONNRESET) {
                return Optional.empty();
            }
            throw new IllegalArgumentException("not a frame: " + e.getMessage(), e);
        }
        try {
            ByteBuffer fields = ByteBuffer.wrap(header.bytes()).order(ByteOrder.nativeOrder());
            int kind = fields.getInt();
            int length = fields.getInt();
            if (kind < 0 || kind >= Kind.values().length || length < 0 || length > LONGEST) {
                throw new IllegalArgumentException("not a frame: kind=%d, length=%d".formatted(kind, length));
            }
            return Optional.of(new Frame(Kind.values()[kind], words(socket, length), header.descriptors()));
        } catch (RuntimeException e) {
            header.close();
            throw e;
        }
    }

    private static List<String> words(Fd socket, int length) {
        byte[] content = new byte[length];
        if (length > 0) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(length);
                for (long done = 0; done < length;) {
                    long n = FdIo.read(socket, buffer.asSlice(done));
                    if (n == 0) {
                        throw new IllegalArgumentException("a frame was cut: got=%d of %d".formatted(done, length));
                    }
                    done += n;
                }
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, content, 0, length);
            }
        }
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < length; at++) {
            if (content[at] == 0) {
                words.add(new String(content, from, at - from, StandardCharsets.UTF_8));
                from = at + 1;
            }
        }
        if (from != length) {
            throw new IllegalArgumentException("the last word of a frame has no end");
        }
        return words;
    }

    /** Closes the descriptors. */
    @Override
    public void close() {
        descriptors.forEach(Fd::close);
    }
}
