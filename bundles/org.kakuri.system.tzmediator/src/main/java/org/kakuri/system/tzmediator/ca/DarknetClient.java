package org.kakuri.system.tzmediator.ca;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.kakuri.system.tzmediator.internal.darknet.net.Inputs;
import org.kakuri.system.tzmediator.internal.darknet.net.LeNet;
import org.kakuri.system.tzmediator.internal.darknet.net.ModelPart;
import org.kakuri.system.tzmediator.internal.darknet.net.SplitNet;
import org.kakuri.system.tzmediator.internal.darknet.net.SplitPartner;

/**
 * The client application of tz/darknet for machines without a C compiler: an ordinary Java program with the arguments, commands
 * and results of {@code workspace/guests/darknet/ca_darknet.c}, except that the CPU is chosen by whoever starts it.
 */
public final class DarknetClient {
    private final String[] files;
    private final InputStream in;
    private final OutputStream out;
    private byte[] inputs;
    private SplitNet net;
    private int next;

    private DarknetClient(String[] files, InputStream in, OutputStream out) {
        this.files = files;
        this.in = in;
        this.out = out;
    }

    /**
     * Runs it.
     *
     * @param arguments as those of ca_darknet.c
     */
    public static void main(String[] arguments) throws IOException {
        boolean measures = arguments.length == 11 && arguments[4].equals("client");
        if (!measures && !(arguments.length == 9 && arguments[4].equals("peer"))) {
            System.err.println("usage: HEAD MODEL KEY INPUTS client SIZE READ_FD WRITE_FD CPU CONTROL_FD RESULT_FD | "
                    + "HEAD MODEL KEY INPUTS peer SIZE READ_FD WRITE_FD CPU");
            System.exit(2);
        }
        try (InputStream in = JavaClient.input(arguments[6]); OutputStream out = JavaClient.output(arguments[7])) {
            System.exit(measures
                    ? new DarknetClient(arguments, in, out).serve(arguments[9], arguments[10])
                    : SplitPartner.serve(in, out).isEmpty() ? 0 : 4);
        } catch (IllegalArgumentException e) {
            System.err.println("ca_darknet: " + e.getMessage());
            System.exit(2);
        }
    }

    private int serve(String control, String result) throws IOException {
        try (var commands = new BufferedReader(
                new InputStreamReader(JavaClient.input(control), StandardCharsets.US_ASCII));
                OutputStream results = JavaClient.output(result)) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String[] words = line.split(" ");
                if (net == null && !load()) {
                    return 1;
                }
                if (!run(words[0].equals("parts"), Integer.parseInt(words[1]), results)) {
                    return 1;
                }
            }
            return 0;
        }
    }

    private boolean load() throws IOException {
        ModelPart head = ModelPart.decode(Files.readAllBytes(Path.of(files[0])));
        inputs = Files.readAllBytes(Path.of(files[3]));
        net = new SplitNet(head, in, out);
        if (head.end() == LeNet.LAYERS) {
            return true;
        }
        byte[] key = files[2].equals("-") ? new byte[0] : Files.readAllBytes(Path.of(files[2]));
        String refused = net.offer(key, Files.readAllBytes(Path.of(files[1])));
        if (!refused.isEmpty()) {
            System.err.println("ca_darknet: the model was refused: " + refused);
        }
        return refused.isEmpty();
    }

    private boolean run(boolean parts, int wanted, OutputStream results) throws IOException {
        long[] times = new long[2 * wanted];
        int count = 0;
        long mismatches = 0;
        long outcome = JavaClient.DONE;
        try {
            for (int i = 0; i < wanted; i++) {
                float[][] input = Inputs.decode(inputs, next++ % (inputs.length / Inputs.BYTES));
                long start = System.nanoTime();
                float[] logits = net.run(input[0], parts);
                long end = System.nanoTime();
                mismatches += Arrays.equals(logits, input[1]) ? 0 : 1;
                times[count++] = parts ? net.ownNanos() : end - start;
                if (parts) {
                    times[count++] = net.partnersNanos();
                }
            }
        } catch (IOException e) {
            outcome = JavaClient.PARTNER_ENDED;
        }
        outcome = outcome == JavaClient.DONE && mismatches > 0 ? JavaClient.WRONG_PAYLOAD : outcome;
        JavaClient.write(results, outcome, mismatches, times, count);
        return outcome == JavaClient.DONE;
    }
}
