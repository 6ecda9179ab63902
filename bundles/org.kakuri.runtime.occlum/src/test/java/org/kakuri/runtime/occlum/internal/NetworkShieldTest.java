package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;

/** Connections that an unmodified program makes in the clear are TLS on the wire, to whom the configuration says and nobody else. */
@Timeout(60)
class NetworkShieldTest {
    @TempDir
    Path folder;

    /** What a server saw of one connection. */
    private record Seen(int firstByte, String text) {}

    private interface Serving {
        void serve(SSLSocket client) throws Exception;
    }

    /** Accepts one connection, looks at its first byte, reads TLS until its end, and answers. */
    private static CompletableFuture<Seen> serve(ServerSocket server, TlsBench identity, Serving serving) {
        var seen = new CompletableFuture<Seen>();
        Thread.ofPlatform().daemon().start(() -> {
            try (Socket raw = server.accept()) {
                int first = raw.getInputStream().read();
                SSLSocket tls = (SSLSocket) identity.context()
                        .getSocketFactory()
                        .createSocket(raw, new ByteArrayInputStream(new byte[] {(byte) first}), true);
                tls.setUseClientMode(false);
                tls.startHandshake();
                String text = new String(tls.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                seen.complete(new Seen(first, text));
                serving.serve(tls);
            } catch (Exception e) {
                seen.completeExceptionally(e);
            }
        });
        return seen;
    }

    private static void answer(SSLSocket client, String text) throws Exception {
        client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        client.close();
    }

    private static List<String> client(int port, boolean blocks) {
        return List.of("/usr/bin/python3", "-c", """
                import socket, select
                s = socket.socket()
                s.setblocking(%s)
                e = s.connect_ex(("127.0.0.1", %d))
                print("connect", e)
                if e == 0:
                    try:
                        p = select.poll()
                        p.register(s, select.POLLOUT)
                        p.poll()
                        s.setblocking(True)
                        s.sendall(b"plain question")
                        s.shutdown(socket.SHUT_WR)
                        print(s.makefile().read())
                    except OSError as x:
                        print(type(x).__name__)
                """.formatted(blocks ? "True" : "False", port));
    }

    @ParameterizedTest
    @CsvSource({"scone,fidelity,true", "scone,fast,false", "occlum,fast,true"})
    void carriesAPlainConnectionAsTls(String runtime, String mode, boolean blocks) throws Exception {
        TlsBench identity = TlsBench.of(folder, "server", "localhost");
        try (Bench bench = Bench.none(); ServerSocket server = new ServerSocket(0, 5, TlsBench.here())) {
            var seen = serve(server, identity, client -> answer(client, "plain answer"));
            var ran = bench.run(runtime, client(server.getLocalPort(), blocks), "mode=" + mode,
                    "shield.tls=localhost:" + server.getLocalPort(), "shield.tls.ca=" + identity.certificate());
            assertEquals("connect 0\nplain answer\n", ran.out(), () -> ran.err() + ran.report().notes());
            assertEquals(new Seen(0x16, "plain question"), seen.get());
            var carried = ran.events().count("shield.tls");
            assertEquals(1, carried.count());
            assertEquals(mode.equals("fast") ? 0 : 1, ran.calls("connect"));
            assertEquals("plain question".length() + "plain answer".length(), carried.bytes());
            assertTrue(ran.report().phases().get("crypto") > 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"true,other,localhost,connect 111", "true,server,elsewhere.test,connect 111",
        "false,other,localhost,connect 0 ConnectionResetError"})
    void doesNotTalkToWhomItCannotBelieve(boolean blocks, String authority, String name, String expected)
            throws Exception {
        TlsBench identity = TlsBench.of(folder, "server", name);
        TlsBench other = TlsBench.of(folder, "other", "localhost");
        try (Bench bench = Bench.none(); ServerSocket server = new ServerSocket(0, 5, TlsBench.here())) {
            var seen = serve(server, identity, client -> answer(client, "plain answer"));
            var ran = bench.run("scone", client(server.getLocalPort(), blocks),
                    "shield.tls=localhost:" + server.getLocalPort(),
                    "shield.tls.ca=" + (authority.equals("other") ? other : identity).certificate());
            assertEquals(expected, ran.out().strip().replace('\n', ' '), ran.err());
            assertTrue(ran.report().notes().stream().anyMatch(note -> note.contains("no TLS to localhost:")),
                    ran.report().notes().toString());
            assertThrows(Exception.class, seen::get);
            assertEquals(0, ran.events().count("shield.tls").count());
        }
    }

    @Test
    void tellsTheProgramOfAnEndThatTlsDidNotAnnounce() throws Exception {
        TlsBench identity = TlsBench.of(folder, "server", "localhost");
        try (Bench bench = Bench.none(); ServerSocket server = new ServerSocket(0, 5, TlsBench.here())) {
            var raw = new CompletableFuture<Socket>();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    Socket accepted = server.accept();
                    raw.complete(accepted);
                    SSLSocket tls = (SSLSocket) identity.context()
                            .getSocketFactory()
                            .createSocket(accepted, null, true);
                    tls.setUseClientMode(false);
                    tls.getInputStream().readAllBytes();
                    tls.getOutputStream().write("half an ans".getBytes(StandardCharsets.UTF_8));
                    accepted.close();
                } catch (Exception e) {
                    raw.completeExceptionally(e);
                }
            });
            var ran = bench.run("scone", client(server.getLocalPort(), true),
                    "shield.tls=localhost:" + server.getLocalPort(), "shield.tls.ca=" + identity.certificate());
            assertEquals("connect 0\nConnectionResetError\n", ran.out(), ran.err());
            assertTrue(ran.report().notes().stream().anyMatch(note -> note.contains("truncated")),
                    ran.report().notes().toString());
            raw.get().close();
        }
    }

    private static Socket connected(int port) throws Exception {
        while (true) {
            try {
                return new Socket(TlsBench.here(), port);
            } catch (ConnectException _) { // the program does not listen yet
                Thread.sleep(10);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fidelity", "fast"})
    void programIsReachedByTlsOnly(String mode) throws Exception {
        TlsBench identity = TlsBench.of(folder, "server", "localhost");
        int port;
        try (ServerSocket free = new ServerSocket(0, 5, TlsBench.here())) {
            port = free.getLocalPort();
        }
        List<String> program = List.of("/usr/bin/python3", "-c", """
                import socket
                s = socket.socket()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(("127.0.0.1", %d))
                s.listen()
                for i in range(2):
                    c, a = s.accept()
                    try:
                        print(a[0], c.makefile().read())
                        c.sendall(b"plain answer")
                    except OSError as x:
                        print(type(x).__name__)
                    c.close()
                """.formatted(port));
        try (Bench bench = Bench.none()) {
            var answer = CompletableFuture.supplyAsync(() -> {
                try {
                    try (Socket plain = connected(port)) {
                        plain.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                        plain.setSoTimeout(20_000);
                        byte[] alert = plain.getInputStream().readNBytes(1);
                        assertTrue(alert.length == 0 || alert[0] == 0x15, "no alert");
                    } catch (SocketException _) { // reset
                        assertTrue(true);
                    }
                    try (SSLSocket tls = (SSLSocket) identity.context()
                            .getSocketFactory()
                            .createSocket(connected(port), "localhost", port, true)) {
                        tls.getOutputStream().write("plain question".getBytes(StandardCharsets.UTF_8));
                        tls.shutdownOutput();
                        return new String(tls.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            var ran = bench.run("scone", program, "mode=" + mode, "shield.tls.listen=" + port,
                    "shield.tls.cert=" + identity.certificate(), "shield.tls.key=" + identity.key());
            assertEquals("ConnectionResetError\n127.0.0.1 plain question\n", ran.out(),
                    () -> ran.err() + ran.report().notes());
            assertEquals("plain answer", answer.get(20, TimeUnit.SECONDS));
            assertTrue(ran.report().notes().stream().anyMatch(note -> note.contains("no TLS with a client")),
                    ran.report().notes().toString());
            assertEquals(1, ran.events().count("shield.tls").count());
        }
    }

    @Test
    void refusesWhatIsIncompleteOrUnreadable() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty"), "");
        try (Bench bench = Bench.none()) {
            assertThrows(UsageError.class, () -> bench.host("scone", "shield.tls=localhost:443"));
            assertThrows(UsageError.class, () -> bench.host("scone", "shield.tls.ca=" + empty));
            assertThrows(UsageError.class, () -> bench.host("scone", "shield.tls=localhost", "shield.tls.ca=" + empty));
            assertThrows(Refused.class,
                    () -> bench.host("scone", "shield.tls=localhost:443", "shield.tls.ca=" + empty));
            assertThrows(Refused.class,
                    () -> bench.host("scone", "shield.tls.listen=8443", "shield.tls.cert=" + empty,
                            "shield.tls.key=" + empty));
            assertThrows(UsageError.class, () -> bench.host("scone", "shield.tls.listen=8443"));
            assertThrows(Refused.class,
                    () -> bench.host("scone", "shield.tls=no.such.invalid:443", "shield.tls.ca=" + empty));
        }
    }
}
