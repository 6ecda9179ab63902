import java.io.DataInputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Compares two servers that listen on 127.0.0.1: a connection to each, POST /sign of 64 bytes, in turn 50 requests each.
 *
 * <pre>java Load.java PORT PORT ROUNDS</pre>
 *
 * Prints median and p90 of both, in microseconds, and the median of the ratios of the rounds' medians.
 */
class Load {
    private static final int BLOCK = 50;
    private static final int WARM_UP = 20;

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[2]);
        double[][] times = new double[2][rounds * BLOCK];
        double[] ratios = new double[rounds];
        try (var a = new Socket("127.0.0.1", Integer.parseInt(arguments[0]));
                var b = new Socket("127.0.0.1", Integer.parseInt(arguments[1]))) {
            Socket[] sockets = {a, b};
            for (int round = -WARM_UP; round < rounds; round++) {
                double[] medians = new double[2];
                for (int arm = 0; arm < 2; arm++) {
                    double[] block = block(sockets[arm]);
                    medians[arm] = quantile(block, 0.5);
                    if (round >= 0) {
                        System.arraycopy(block, 0, times[arm], round * BLOCK, BLOCK);
                    }
                }
                if (round >= 0) {
                    ratios[round] = medians[0] / medians[1];
                }
            }
        }
        for (int arm = 0; arm < 2; arm++) {
            System.out.printf("%s p50 %.0f us, p90 %.0f us%n", arguments[arm], quantile(times[arm], 0.5),
                    quantile(times[arm], 0.9));
        }
        System.out.printf("ratio %.2f [%.2f..%.2f] (p25..p75 of %d rounds)%n", quantile(ratios, 0.5),
                quantile(ratios, 0.25),
                quantile(ratios, 0.75), rounds);
    }

    private static double[] block(Socket socket) throws Exception {
        socket.setTcpNoDelay(true);
        OutputStream out = socket.getOutputStream();
        var in = new DataInputStream(socket.getInputStream());
        byte[] request = ("POST /sign HTTP/1.1\r\nHost: a\r\nContent-Length: 64\r\n\r\n" + "m".repeat(64))
                .getBytes(StandardCharsets.ISO_8859_1);
        double[] times = new double[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            long start = System.nanoTime();
            out.write(request);
            int ends = 0;
            while (ends < 4) {
                int c = in.read();
                if (c < 0) {
                    throw new java.io.EOFException("the server closed");
                }
                ends = c == "\r\n\r\n".charAt(ends) ? ends + 1 : c == '\r' ? 1 : 0;
            }
            in.readFully(new byte[64]);
            times[i] = (System.nanoTime() - start) / 1000.0;
        }
        return times;
    }

    private static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (q * (sorted.length - 1))];
    }
}
