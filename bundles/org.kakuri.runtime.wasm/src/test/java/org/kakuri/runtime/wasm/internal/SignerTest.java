package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.Pipe;

/** The application ta_signer, one client on its standard input and output. Verified by the JDK's Ed25519. */
@Timeout(120)
class SignerTest {
    private static final String KEY = "/data/key";
    private static final String HEAD = " HTTP/1.1\r\nHost: a\r\n";
    private static final String GET_KEY = "GET /key" + HEAD + "\r\n";
    private static final int SEED = 32;

    @TempDir
    private Path folder;

    private AppRun ask(RuntimeSession session, String requests) {
        AppRun run = AppRun.of(session, folder, AppRun.bytes(requests), "ta_signer", KEY);
        assertEquals(0, run.status(), run.err());
        return run;
    }

    private static List<Integer> statuses(AppRun run) {
        return Pattern.compile("(?:^|\n|.)HTTP/1\\.1 ([0-9]{3}) [A-Z]", Pattern.DOTALL)
                .matcher(run.text())
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .toList();
    }

    /** Returns what follows the first empty line. */
    private static byte[] body(AppRun run) {
        return AppRun.bytes(run.text().substring(run.text().indexOf("\r\n\r\n") + 4));
    }

    private static byte[] der(AppRun key) {
        return Base64.getMimeDecoder()
                .decode(new String(body(key)).lines()
                        .filter(line -> !line.startsWith("-"))
                        .collect(Collectors.joining()));
    }

    private static boolean verifies(byte[] der, byte[] message, byte[] signature) throws GeneralSecurityException {
        PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(message);
        return verifier.verify(signature);
    }

    private static String sign(String body) {
        return "POST /sign" + HEAD + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void signsUnderAKeyThatItKeeps() throws GeneralSecurityException {
        try (Bench bench = new Bench(TestBackends.trustZone());
                RuntimeSession session = AppRun.open(bench, "ta_signer")) {
            AppRun key = ask(session, GET_KEY);
            assertTrue(key.text().startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/x-pem-file\r\n"),
                    key.text());
            for (String message : List.of("", "a", "x".repeat(65536))) {
                byte[] signature = body(ask(session, sign(message)));
                assertEquals(64, signature.length);
                assertTrue(verifies(der(key), AppRun.bytes(message), signature), "message of " + message.length());
                signature[40] ^= 1;
                assertEquals(false, verifies(der(key), AppRun.bytes(message), signature));
            }
            assertArrayEquals(body(key), body(ask(session, GET_KEY)), "the key of a later guest");
        }
        try (Bench elsewhere = new Bench(TestBackends.trustZone());
                RuntimeSession there = AppRun.open(elsewhere, "ta_signer")) {
            AppRun refused = AppRun.of(there, folder, new byte[0], "ta_signer", KEY);
            assertEquals(3, refused.status());
            assertEquals(
                    "ta_signer: /data/key: refused: not a key of this TA on this machine, or somebody changed it\n",
                    refused.err());
        }
    }

    private record Case(String what, String request, Integer... statuses) {}

    private static Stream<Case> cases() {
        String many = Stream.generate(() -> "A: b\r\n").limit(1500).collect(Collectors.joining());
        return Stream.of(
                new Case("pipelined", GET_KEY + sign("abc") + GET_KEY, 200, 200, 200),
                new Case("closes when asked to", "GET /key" + HEAD + "Connection: close\r\n\r\n" + GET_KEY, 200),
                new Case("HTTP/1.0 closes", "GET /key HTTP/1.0\r\n\r\n" + GET_KEY, 200),
                new Case("HTTP/1.0 kept", "GET /key HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + GET_KEY, 200, 200),
                new Case("absolute form", "GET http://a/key" + HEAD + "\r\n", 200),
                new Case("HEAD", "HEAD /key" + HEAD + "\r\n", 200),
                new Case("100-continue", "POST /sign" + HEAD + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
                        200),
                new Case("nothing", ""),
                new Case("cut short", "GET /ke"),
                new Case("body cut short", "POST /sign" + HEAD + "Content-Length: 10\r\n\r\nx"),
                new Case("no such path", "GET /" + HEAD + "\r\n" + GET_KEY, 404, 200),
                new Case("query", "GET /key?x" + HEAD + "\r\n", 404),
                new Case("wrong method", "DELETE /key" + HEAD + "\r\n" + GET_KEY, 405, 200),
                new Case("wrong method", "GET /sign" + HEAD + "\r\n", 405),
                new Case("unknown method", "BREW /key" + HEAD + "\r\n", 501),
                new Case("long method", "A".repeat(16) + " /key" + HEAD + "\r\n" + GET_KEY, 501),
                new Case("no length", "POST /sign" + HEAD + "\r\n", 411),
                new Case("chunked", "POST /sign" + HEAD + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
                new Case("chunked and length", "POST /sign" + HEAD
                        + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
                new Case("two lengths", "POST /sign" + HEAD + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
                new Case("list of lengths", "POST /sign" + HEAD + "Content-Length: 1, 1\r\n\r\nx", 400),
                new Case("signed length", "POST /sign" + HEAD + "Content-Length: +1\r\n\r\nx", 400),
                new Case("negative length", "POST /sign" + HEAD + "Content-Length: -1\r\n\r\nx", 400),
                new Case("empty length", "POST /sign" + HEAD + "Content-Length:\r\n\r\nx", 400),
                new Case("too large", "POST /sign" + HEAD + "Content-Length: 65537\r\n\r\n" + "x".repeat(3000), 413),
                new Case("length beyond 64 bits", "POST /sign" + HEAD + "Content-Length: 36893488147419103233\r\n\r\nx",
                        413),
                new Case("long target", "GET /" + "a".repeat(300) + HEAD + "\r\n", 414),
                new Case("endless request line", "GET /" + "a".repeat(20000), 414),
                new Case("odd expectation", "POST /sign" + HEAD + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\nx", 417),
                new Case("many fields", "GET /key" + HEAD + many + "\r\n", 431),
                new Case("endless field", "GET /key" + HEAD + "X: " + "y".repeat(9000), 431),
                new Case("HTTP/2.0", "GET /key HTTP/2.0\r\nHost: a\r\n\r\n", 505),
                new Case("HTTP/1.9", "GET /key HTTP/1.9\r\nHost: a\r\n\r\n", 505),
                new Case("HTTP/0.9", "GET /key\r\n", 400),
                new Case("lower-case version", "GET /key http/1.1\r\nHost: a\r\n\r\n", 400),
                new Case("no host", "GET /key HTTP/1.1\r\n\r\n", 400),
                new Case("two hosts", "GET /key" + HEAD + "host: b\r\n\r\n", 400),
                new Case("bare LF", "GET /key HTTP/1.1\nHost: a\n\n", 400),
                new Case("bare LF in a field", "GET /key" + HEAD + "A: b\nC: d\r\n\r\n", 400),
                new Case("folded field", "GET /key" + HEAD + "A: b\r\n c\r\n\r\n", 400),
                new Case("space before the colon", "GET /key" + HEAD + "A : b\r\n\r\n", 400),
                new Case("no name", "GET /key" + HEAD + ": b\r\n\r\n", 400),
                new Case("no colon", "GET /key" + HEAD + "A\r\n\r\n", 400),
                new Case("NUL in a field", "GET /key" + HEAD + "A: \0\r\n\r\n", 400),
                new Case("NUL in the method", "G\0T /key" + HEAD + "\r\n", 400),
                new Case("two spaces", "GET  /key" + HEAD + "\r\n", 400),
                new Case("empty line first", "\r\n" + GET_KEY, 400),
                new Case("TLS", "\26\3\1\2\0\1\0\1\r\n\374\3\3", 400),
                new Case("all bytes", "\0\1\2\377\376\n".repeat(30), 400));
    }

    @Test
    void answersEveryInputWithTheRightStatus() {
        try (Bench bench = new Bench(TestBackends.trustZone());
                RuntimeSession session = AppRun.open(bench, "ta_signer")) {
            cases().forEach(c -> {
                AppRun run = ask(session, c.request);
                assertEquals(List.of(c.statuses),
                        statuses(run).stream().filter(status -> status != 100).toList(), c.what + ": " + run.text());
            });
            assertTrue(ask(session, "HEAD /key" + HEAD + "\r\n").text().endsWith("keep-alive\r\n\r\n"));
            assertTrue(ask(session, "PUT /key" + HEAD + "\r\n").text().contains("\r\nAllow: GET, HEAD\r\n"));
        }
    }

    /** A client that begins and does not go on: 408 after 10 s. */
    @Test
    void doesNotWaitForASlowClientForEver() {
        try (Bench bench = new Bench(TestBackends.trustZone());
                RuntimeSession session = AppRun.open(bench, "ta_signer");
                Pipe in = Pipe.open();
                Pipe out = Pipe.open();
                Pipe err = Pipe.open()) {
            GuestProcess guest = AppRun.start(session, folder, in, out, err, "ta_signer", KEY);
            AppRun.write(in, AppRun.bytes("POST /sign" + HEAD));
            assertEquals("HTTP/1.1 408 Request Timeout\r\n", Bench.read(out, 30));
            assertEquals(0, Bench.end(guest).status().orElseThrow(), "although the client did not close");
        }
    }

    /**
     * The seed is in the TA's memory, found beside the public key by looking past the checker, and nowhere that the normal
     * world can see.
     */
    @Test
    void keepsTheSeedInsideItsWorld() throws Exception {
        try (Bench bench = new Bench(TestBackends.trustZone());
                TestMediator mediator = new TestMediator();
                Pipe in = Pipe.open();
                Pipe out = Pipe.open();
                Pipe err = Pipe.open()) {
            mediator.serve(in.reader().number(), out.writer().number(), err.writer().number());
            try (RuntimeSession session = bench.open(AppRun.module("ta_signer"), Bench.MEMORY,
                    mediator.calls(CallStyle.RPC))) {
                GuestProcess guest = session.spawn(new Command(List.of("ta_signer", KEY), Map.of(),
                        List.of(GuestDescriptor.mediated(0, in.reader().number()),
                                GuestDescriptor.mediated(1, out.writer().number()),
                                GuestDescriptor.mediated(2, err.writer().number())),
                        Map.of("/data", folder)));
                AppRun.write(in, AppRun.bytes(GET_KEY + sign("message")));
                String head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-pem-file\r\nContent-Length: 113\r\n"
                        + "Connection: keep-alive\r\n\r\n";
                String answer = Bench.read(out, head.length() + 113);
                assertTrue(answer.startsWith(head), answer);
                byte[] der = der(new AppRun(0, AppRun.bytes(answer), ""));
                byte[] seed = seed(session, Arrays.copyOfRange(der, der.length - SEED, der.length));

                assertEquals(-1, AppRun.find(shared(mediator), seed, 0), "call page");
                assertEquals(-1, AppRun.find(AppRun.content(folder.resolve("key")), seed, 0), "sealed file");
                in.writer().close();
                assertEquals(0, Bench.end(guest).status().orElseThrow());
                out.writer().close();
                assertEquals(-1, AppRun.find(AppRun.bytes(answer + Bench.read(out)), seed, 0), "output");
            }
        }
    }

    private static byte[] shared(TestMediator mediator) {
        MemorySegment page = mediator.mapping().segment();
        return page.toArray(ValueLayout.JAVA_BYTE);
    }

    /** Returns the bytes before the public key in the TA's memory, if they are its seed. */
    private static byte[] seed(RuntimeSession session, byte[] publicKey) throws Exception {
        for (MemoryArea area : session.memory()) {
            for (long at = 0; at < area.physical().bytes(); at += HostAccess.MOST) {
                int length = (int) Math.min(HostAccess.MOST, area.physical().bytes() - at);
                HostAccess read = HostAccess.read(area.physical().start() + at, length);
                assertInstanceOf(AccessFault.class, session.touch(read).outcome(), "the normal world cannot look");
                byte[] bytes = session.touch(read.without("tzasc")).bytes();
                for (int found = AppRun.find(bytes, publicKey, 0); found >= 0; found = AppRun.find(bytes, publicKey,
                        found + 1)) {
                    byte[] candidate = found < SEED ? new byte[SEED] : Arrays.copyOfRange(bytes, found - SEED, found);
                    if (belongs(candidate, publicKey)) {
                        return candidate;
                    }
                }
            }
        }
        throw new AssertionError("the positive control failed: no seed in the TA's memory");
    }

    private static boolean belongs(byte[] seed, byte[] publicKey) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(KeyFactory.getInstance("Ed25519")
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
        signer.update((byte) 1);
        byte[] prefix = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
        byte[] der = Arrays.copyOf(prefix, prefix.length + publicKey.length);
        System.arraycopy(publicKey, 0, der, prefix.length, publicKey.length);
        return verifies(der, new byte[] {1}, signer.sign());
    }

    @Test
    void refusesAKeyFileThatWasChanged() throws IOException {
        try (Bench bench = new Bench(TestBackends.trustZone());
                RuntimeSession session = AppRun.open(bench, "ta_signer")) {
            ask(session, GET_KEY);
            Path file = folder.resolve("key");
            byte[] good = AppRun.content(file);
            for (byte[] bad : List.of(new byte[0], Arrays.copyOf(good, good.length - 1), new byte[good.length])) {
                Files.write(file, bad);
                assertEquals(3, AppRun.of(session, folder, new byte[0], "ta_signer", KEY).status());
                assertArrayEquals(bad, AppRun.content(file), "it is not replaced");
            }
            Files.delete(file);
            assertNotEquals(-1, ask(session, GET_KEY).out().length);
        }
    }
}
