package org.kakuri.system.tzmediator.ca;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The client application of tz/ipc for machines without a C compiler: an ordinary Java program with the arguments, commands and
 * results of {@code workspace/guests/tz/ca.c}, except that the CPU is chosen by whoever starts it.
 */
public final class JavaClient {
    /** "KAKBLK1", little-endian. */
    static final long BLOCK_MAGIC = 0x314b4c424b414bL;
    static final long DONE = 0;
    static final long WRONG_PAYLOAD = 1;
    static final long PARTNER_ENDED = 2;

    private final byte[] message = new byte[Payload.MAX];
    private final byte[] answer = new byte[Payload.MAX];
    private final int size;
    private final InputStream in;
    private final OutputStream out;
    private long round;

    private JavaClient(int size, InputStream in, OutputStream out) {
        this.size = size;
        this.in = in;
        this.out = out;
    }

    /**
     * Runs it.
     *
     * @param arguments as those of ca.c
     */
    public static void main(String[] arguments) throws IOException {
        boolean measures = arguments.length == 7 && arguments[0].equals("client");
        if (!measures && !(arguments.length == 5 && arguments[0].equals("peer"))) {
            System.err.println("usage: client SIZE READ_FD WRITE_FD CPU CONTROL_FD RESULT_FD | "
                    + "peer SIZE READ_FD WRITE_FD CPU");
            System.exit(2);
        }
        try (InputStream in = input(arguments[2]); OutputStream out = output(arguments[3])) {
            JavaClient side = new JavaClient(Integer.parseInt(arguments[1]), in, out);
            boolean well = measures ? side.serve(arguments[5], arguments[6]) : side.answer();
            System.exit(well ? 0 : 1);
        }
    }

    static InputStream input(String descriptor) throws IOException {
        return new FileInputStream("/proc/self/fd/" + descriptor);
    }

    static OutputStream output(String descriptor) throws IOException {
        return new FileOutputStream("/proc/self/fd/" + descriptor);
    }

    private boolean answer() {
        try {
            while (in.readNBytes(message, 0, size) == size) {
                Payload.reply(message, size);
                out.write(message, 0, size);
            }
            return true;
        } catch (IOException partnerEnded) {
            return false;
        }
    }

    private boolean serve(String control, String result) throws IOException {
        try (var commands = new BufferedReader(new InputStreamReader(input(control), StandardCharsets.US_ASCII));
                OutputStream results = output(result)) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                if (!run(Integer.parseInt(line.substring("run ".length())), results)) {
                    return false;
                }
            }
            return true;
        }
    }

    private boolean run(int wanted, OutputStream results) throws IOException {
        long[] times = new long[wanted];
        int count = 0;
        long mismatches = 0;
        long outcome = DONE;
        try {
            for (; count < wanted; count++) {
                Payload.fill(message, size, round++);
                long start = System.nanoTime();
                out.write(message, 0, size);
                if (in.readNBytes(answer, 0, size) < size) {
                    throw new EOFException();
                }
                times[count] = System.nanoTime() - start;
                Payload.reply(message, size);
                if (!Arrays.equals(message, 0, size, answer, 0, size)) {
                    mismatches++;
                }
            }
        } catch (IOException e) {
            outcome = PARTNER_ENDED;
        }
        outcome = outcome == DONE && mismatches > 0 ? WRONG_PAYLOAD : outcome;
        write(results, outcome, mismatches, times, count);
        return outcome == DONE;
    }

    /** Writes a block with the first of the times. */
    static void write(OutputStream results, long outcome, long mismatches, long[] times, int count) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(64 + count * Long.BYTES).order(ByteOrder.nativeOrder());
        block.putLong(BLOCK_MAGIC).putLong(outcome).putLong(count).putLong(mismatches).position(64);
        for (int i = 0; i < count; i++) {
            block.putLong(times[i]);
        }
        results.write(block.array());
    }
}
