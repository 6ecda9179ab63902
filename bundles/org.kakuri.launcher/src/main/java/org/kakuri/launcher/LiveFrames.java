package org.kakuri.launcher;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a one-shot command and the workbench that executes it say to each other. Numbers are big endian.
 *
 * <pre>
 * request, once, from the client
 *   offset | size | field
 *   0      | 4    | magic "KKL1"
 *   4      | 4    | number of texts
 *   8      | ...  | texts, each 4 bytes length and UTF-8: directory, charset of stdout, charset of stderr,
 *          |      | "stacktrace" or "", SCOPE:FUNCTION, ARG...
 * frames, from the workbench, the last one of kind EXIT
 *   0      | 1    | kind: 1 bytes for stdout, 2 bytes for stderr, 3 exit code
 *   1      | 4    | length
 *   5      | ...  | the bytes; of an exit code 4
 * </pre>
 *
 * The client says nothing more; the end of its stream cancels the command. The workbench closes the connection after EXIT,
 * except when the command ended the workbench: then the end of its process does.
 */
final class LiveFrames {

    static final int OUT = 1;
    static final int ERR = 2;
    static final int EXIT = 3;

    private static final int MAGIC = 0x4b4b4c31;
    private static final int FIXED_TEXTS = 4;
    private static final int MOST_TEXTS = 1 << 16;
    private static final int MOST_BYTES = 1 << 22;

    private LiveFrames() {}

    /**
     * A command to execute.
     *
     * @param directory what relative paths in the arguments are relative to
     * @param out charset of the client's standard output
     * @param err charset of the client's standard error
     * @param stackTrace whether a failure is shown with its stack trace
     * @param words the command and its arguments
     */
    record Request(String directory, String out, String err, boolean stackTrace, List<String> words) {}

    /**
     * One frame.
     *
     * @param kind one of the constants
     * @param bytes its content
     */
    record Frame(int kind, byte[] bytes) {
        int code() {
            return ByteBuffer.wrap(bytes).getInt();
        }
    }

    static void send(WritableByteChannel channel, Request request) throws IOException {
        List<String> texts = new ArrayList<>(List.of(request.directory(), request.out(), request.err(),
                request.stackTrace() ? "stacktrace" : ""));
        texts.addAll(request.words());
        List<byte[]> encoded = texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
        ByteBuffer all = ByteBuffer
                .allocate(2 * Integer.BYTES + encoded.stream().mapToInt(bytes -> Integer.BYTES + bytes.length).sum());
        all.putInt(MAGIC).putInt(encoded.size());
        encoded.forEach(bytes -> all.putInt(bytes.length).put(bytes));
        write(channel, all.flip());
    }

    /**
     * Reads a request.
     *
     * @throws EOFException if the peer went away without one
     * @throws IOException if it is none
     */
    static Request receiveRequest(ReadableByteChannel channel) throws IOException {
        ByteBuffer head = read(channel, 2 * Integer.BYTES);
        int magic = head.getInt();
        int count = head.getInt();
        if (magic != MAGIC || count <= FIXED_TEXTS || count > MOST_TEXTS) {
            throw new IOException("not a request: magic=%08x, texts=%d".formatted(magic, count));
        }
        List<String> texts = new ArrayList<>();
        int total = 0;
        for (int i = 0; i < count; i++) {
            int length = read(channel, Integer.BYTES).getInt();
            if (length < 0 || length > MOST_BYTES - total) {
                throw new IOException("not a request: text %d of %d is said to have %d bytes".formatted(i, count,
                        length));
            }
            total += length;
            texts.add(StandardCharsets.UTF_8.decode(read(channel, length)).toString());
        }
        return new Request(texts.get(0), texts.get(1), texts.get(2), texts.get(3).equals("stacktrace"),
                List.copyOf(texts.subList(FIXED_TEXTS, count)));
    }

    static void send(WritableByteChannel channel, int kind, byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(1 + Integer.BYTES + length);
        frame.put((byte) kind).putInt(length).put(bytes, offset, length);
        write(channel, frame.flip());
    }

    static void sendExit(WritableByteChannel channel, int code) throws IOException {
        send(channel, EXIT, ByteBuffer.allocate(Integer.BYTES).putInt(code).array(), 0, Integer.BYTES);
    }

    /**
     * Reads a frame.
     *
     * @throws EOFException if there is no further one
     * @throws IOException if it is none
     */
    static Frame receiveFrame(ReadableByteChannel channel) throws IOException {
        ByteBuffer head = read(channel, 1 + Integer.BYTES);
        int kind = head.get();
        int length = head.getInt();
        boolean known = kind == OUT || kind == ERR || kind == EXIT && length == Integer.BYTES;
        if (!known || length < 0 || length > MOST_BYTES) {
            throw new IOException("not a frame: kind=%d, length=%d".formatted(kind, length));
        }
        return new Frame(kind, read(channel, length).array());
    }

    private static ByteBuffer read(ReadableByteChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other end closed the connection");
            }
        }
        return buffer.flip();
    }

    private static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
