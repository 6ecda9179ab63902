package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;

/** Programs of Debian, as they are, do the same natively and in both library operating systems. */
@Timeout(120)
class UnmodifiedProgramsTest {
    private static final Map<String, List<String>> PROGRAMS = new TreeMap<>(Map.ofEntries(
            Map.entry("true", List.of("/bin/true")), Map.entry("false", List.of("/bin/false")),
            Map.entry("ls", List.of("/bin/ls", "-l", "/usr")),
            Map.entry("dash", List.of("/bin/dash", "-c", "for i in 1 2 3; do echo $i | cat; done; exit 5")),
            Map.entry("bash",
                    List.of("/bin/bash", "-c", "a=(x y z); echo ${a[@]} | tr a-z A-Z; (exit 3); echo $?; exit 4")),
            Map.entry("grep", List.of("/bin/grep", "-c", "", "/etc/passwd")),
            Map.entry("awk", List.of("/usr/bin/awk", "BEGIN { for (i = 0; i < 10; i++) s += i * i; print s }")),
            Map.entry("python3", List.of("/usr/bin/python3", "-c",
                    "import os,sys;print(sum(range(1000)), os.path.exists('/etc/passwd'));sys.exit(9)")),
            Map.entry("python3 threads", List.of("/usr/bin/python3", "-c",
                    "import threading\nn=[]\nt=[threading.Thread(target=lambda i=i:n.append(i)) for i in range(8)]\n"
                            + "[x.start() for x in t];[x.join() for x in t];print(sorted(n))")),
            Map.entry("sqlite3", List.of("/usr/bin/sqlite3", ":memory:",
                    "create table t(a); insert into t values (1),(2),(39); select sum(a) from t;")),
            Map.entry("ps", List.of("/bin/sh", "-c", "ps -o comm= -p $$")),
            Map.entry("netstat", List.of("/bin/sh", "-c", "netstat -an | head -1")),
            Map.entry("openssl", List.of("/bin/sh", "-c", "openssl version > /dev/null && echo abc | openssl sha256")),
            Map.entry("signal", List.of("/bin/sh", "-c", "trap 'echo caught' USR1; kill -USR1 $$; echo after"))));

    private static final Bench BENCH = Bench.none();
    private static final Map<String, RuntimeSession> SESSIONS = new TreeMap<>();
    private static final Map<String, Bench.Ran> NATIVELY = new TreeMap<>();

    static Stream<String> programs() {
        return PROGRAMS.keySet().stream().flatMap(name -> Stream.of(name + ":scone", name + ":occlum"));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void doesTheSame(String what) throws Exception {
        String name = what.substring(0, what.indexOf(':'));
        List<String> argv = PROGRAMS.get(name);
        String program = argv.getFirst().equals("/bin/sh") ? name : argv.getFirst();
        assumeTrue(program.startsWith("/") ? Files.isExecutable(Path.of(program))
                : Stream.of("/bin/", "/usr/bin/").anyMatch(f -> Files.isExecutable(Path.of(f + program)))
                        || name.equals("signal"),
                () -> program + " is not installed");
        Bench.Ran natively = NATIVELY.computeIfAbsent(name, _ -> Bench.natively(argv));
        Bench.Ran ran = Bench.run(SESSIONS.computeIfAbsent(what.substring(what.indexOf(':') + 1), BENCH::host), argv);
        assertEquals(natively.out(), ran.out());
        assertEquals(natively.err(), ran.err());
        assertEquals(natively.status(), ran.status(), ran.reason());
    }

    @AfterAll
    static void closeAll() {
        SESSIONS.values().forEach(RuntimeSession::close);
        BENCH.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"scone", "occlum"})
    void curlReadsFromAServer(String runtime) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = "from a server\n".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (Bench bench = Bench.none()) {
            var ran = bench.run(runtime, List.of("/usr/bin/curl", "-s", "http://127.0.0.1:%d/".formatted(server
                    .getAddress()
                    .getPort())));
            assertEquals("from a server\n", ran.out());
            assertEquals(0, ran.status());
        } finally {
            server.stop(0);
        }
    }

    /** Eight threads that wait for each other: pthread_mutex and pthread_cond are futexes. */
    @ParameterizedTest
    @ValueSource(strings = {"scone:fidelity", "occlum:fidelity", "scone:fast", "occlum:fast"})
    void threadsWaitForEachOther(String what, @TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
        Path source = Files.writeString(folder.resolve("threads.c"), """
                #include <pthread.h>
                #include <stdio.h>
                static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
                static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
                static int turn;
                static void *run(void *own) {
                    for (int i = 0; i < 100; i++) {
                        pthread_mutex_lock(&lock);
                        while (turn % 8 != (int) (long) own) pthread_cond_wait(&turned, &lock);
                        turn++;
                        pthread_cond_broadcast(&turned);
                        pthread_mutex_unlock(&lock);
                    }
                    return NULL;
                }
                int main(void) {
                    pthread_t threads[8];
                    for (long i = 0; i < 8; i++) pthread_create(&threads[i], NULL, run, (void *) i);
                    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
                    printf("%d turns\\n", turn);
                    return 7;
                }
                """);
        Path program = folder.resolve("threads");
        assertEquals(0, Bench.natively(List.of("gcc", "-pthread", "-o", program.toString(), source.toString()))
                .status());
        try (Bench bench = Bench.none()) {
            try (RuntimeSession session = bench.open(what.substring(0, what.indexOf(':')),
                    new RuntimeImage(RuntimeImage.Kind.PROGRAM, program), "mode=" + what.substring(what.indexOf(':')
                            + 1))) {
                var ran = Bench.run(session, List.of("threads"));
                assertEquals("800 turns\n", ran.out());
                // threads are no processes
                assertEquals(0,
                        ran.events().count("fork.copy").count() + ran.events().count("divergence.fork").count());
                assertEquals(7, ran.status(), ran.reason());
            }
        }
    }
}
