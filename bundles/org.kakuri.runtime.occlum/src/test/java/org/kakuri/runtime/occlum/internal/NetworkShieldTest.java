package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                    () -> bench.host("scone", "shield.tls=no.such.invalid:443", "shield.tls.ca=" + empty));
        }
    }
}
