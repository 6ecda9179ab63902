package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
        Bench.Ran natively = Bench.natively(argv);
        try (Bench bench = Bench.none()) {
            Bench.Ran ran = bench.run(what.substring(what.indexOf(':') + 1), argv);
            assertEquals(natively.out(), ran.out());
            assertEquals(natively.err(), ran.err());
            assertEquals(natively.status(), ran.status(), ran.reason());
        }
    }
}
