import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks for ta_signer's private key in the memory of every JVM of this machine and in files.
 *
 * <pre>java SeedSearch.java PUBLIC.pem FILE...</pre>
 *
 * The TA keeps its seed before its public key, so a process that has both shows it: that is the positive control. Prints "seed PID" for
 * each process with the seed in its memory and "seed FILE" for each such file. Exit status: 0 found somewhere, 1 nowhere, 2
 * memory of other processes may not be read.
 */
class SeedSearch {
    private static final int CHUNK = 1 << 20;
    private static final int SEED = 32;

    public static void main(String[] arguments) throws Exception {
        byte[] der = Base64.getMimeDecoder()
                .decode(Files.readAllLines(Path.of(arguments[0]))
                        .stream()
                        .filter(l -> !l.startsWith("-"))
                        .collect(Collectors.joining()));
        byte[] publicKey = Arrays.copyOfRange(der, der.length - SEED, der.length);
        var memories = new TreeMap<Long, List<byte[]>>();
        try {
            for (long pid : jvms()) {
                memories.put(pid, around(pid, publicKey));
            }
        } catch (IOException e) {
            System.err.println("SeedSearch: " + e.getMessage());
            System.exit(2);
        }
        byte[] seed = memories.values()
                .stream()
                .flatMap(List::stream)
                .filter(s -> belongs(s, der))
                .findFirst()
                .orElse(null);
        if (seed == null) {
            System.exit(1);
        }
        for (long pid : memories.keySet()) {
            if (!positions(pid, seed).isEmpty()) {
                System.out.println("seed " + pid);
            }
        }
        for (String file : Arrays.asList(arguments).subList(1, arguments.length)) {
            if (find(Files.readAllBytes(Path.of(file)), CHUNK, seed, 0) >= 0) {
                System.out.println("seed " + file);
            }
        }
    }

    private static List<Long> jvms() {
        long own = ProcessHandle.current().pid();
        return ProcessHandle.allProcesses()
                .filter(p -> p.pid() != own && p.info().command().orElse("").endsWith("/java"))
                .map(ProcessHandle::pid)
                .toList();
    }

    /** What lies before each place of the public key. */
    private static List<byte[]> around(long pid, byte[] publicKey) throws IOException {
        var found = new ArrayList<byte[]>();
        List<Long> positions = positions(pid, publicKey);
        if (!positions.isEmpty()) {
            try (var memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
                for (long at : positions) {
                    byte[] before = new byte[SEED];
                    memory.seek(at - SEED);
                    if (memory.read(before) == SEED) {
                        found.add(before);
                    }
                }
            }
        }
        return found;
    }

    /** Where it is in the memory of a process; nowhere if the process has ended meanwhile. */
    private static List<Long> positions(long pid, byte[] wanted) throws IOException {
        try {
            return search(pid, wanted);
        } catch (IOException | UncheckedIOException e) {
            if (Files.exists(Path.of("/proc/" + pid + "/exe"), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            return List.of();
        }
    }

    private static List<Long> search(long pid, byte[] wanted) throws IOException {
        var found = new ArrayList<Long>();
        byte[] chunk = new byte[CHUNK + SEED];
        List<String> maps;
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
            maps = lines.filter(l -> l.contains(" r") && !l.contains("[v")).toList();
        }
        try (var memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            for (String line : maps) {
                long from = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
                long to = Long.parseUnsignedLong(line.substring(line.indexOf('-') + 1, line.indexOf(' ')), 16);
                for (long at = from; at < to; at += CHUNK) {
                    int n;
                    try {
                        memory.seek(at);
                        n = memory.read(chunk, 0, (int) Math.min(chunk.length, to - at));
                    } catch (IOException notMapped) {
                        continue;
                    }
                    for (int i = find(chunk, n, wanted, 0); i >= 0 && i < CHUNK; i = find(chunk, n, wanted, i + 1)) {
                        found.add(at + i);
                    }
                }
            }
        }
        return found;
    }

    private static int find(byte[] in, int length, byte[] wanted, int from) {
        for (int at = from; at <= Math.min(length, in.length) - wanted.length; at++) {
            if (in[at] == wanted[0] && in[at + 1] == wanted[1]
                    && Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean belongs(byte[] seed, byte[] der) {
        try {
            KeyFactory keys = KeyFactory.getInstance("Ed25519");
            Signature one = Signature.getInstance("Ed25519");
            one.initSign(keys.generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
            one.update(seed);
            byte[] signature = one.sign();
            one.initVerify(keys.generatePublic(new X509EncodedKeySpec(der)));
            one.update(seed);
            return one.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
