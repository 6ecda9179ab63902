package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kakuri.api.command.Outcome;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.service.ServiceExtension;

/** Attacks and traces as somebody types them, on sessions in domain hosts and in this process. */
@Timeout(120)
@ExtendWith(ServiceExtension.class)
class AttackTest {
    private static final String SECRET = "[0-9a-f]{64}";

    @InjectService
    CommandProcessor processor;

    /** What a command printed and how it ended. */
    private record Run(String out, String err, int code) {
        List<String> events() {
            return err.lines().filter(line -> line.startsWith("trace ")).toList();
        }
    }

    private Run run(String line) throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))) {
            Object result = session.execute(line);
            return new Run(session.format(result, Converter.INSPECT).toString(),
                    err.toString(StandardCharsets.UTF_8),
                    result instanceof Outcome outcome ? outcome.exitCode() : 0);
        }
    }

    @Test
    void listsAttacksAndTheirSystem() throws Exception {
        assertTrue(run("atk:list").out().lines().anyMatch(line -> line.startsWith("host-read ")));
        assertTrue(run("sys:list").out().lines().anyMatch(line -> line.startsWith("attacks ")));
    }

    @Test
    void leaksOnNoneAndIsBlockedOnTrustzoneInDomainHosts() throws Exception {
        Run run = run("atk:run host-read --tee none,trustzone --runtime wasm --trace");

        assertEquals(0, run.code(), run.out());
        assertTrue(run.out().matches("(?s).*observed +LEAKED: " + SECRET + " read at 0x.*"), run.out());
        assertTrue(run.out()
                .matches("(?s).*observed +BLOCKED: load of \\[0x[0-9a-f]+, 0x[0-9a-f]+\\) refused by "
                        + "tzasc: .*rule +Arm DDI 0504 .*control run +without tzasc it succeeds: " + SECRET
                        + " read at .*"),
                run.out());
        assertEquals(2, run.out().lines().filter(line -> line.contains("outside the model")).count(), run.out());
        assertTrue(run.events()
                .stream()
                .anyMatch(line -> line.matches("trace .* arm/host-a@[0-9]+ +SMC +count=1 bytes=0")),
                run.err());
        assertTrue(run.events().stream().anyMatch(line -> line.matches(".* arm/host-a@[0-9]+ +CHECKER_DISABLED .*")),
                run.err());
    }

    /** The host sees the abort page and no fault: that counts as refused by who showed it. */
    @Test
    void isBlockedOnSgxByTheAbortPageInADomainHost() throws Exception {
        for (String attack : new String[] {"host-read", "host-write", "dma-read"}) {
            Run run = run("atk:run " + attack + " --tee sgx --runtime wasm");

            assertEquals(0, run.code(), run.out());
            assertTrue(run.out()
                    .matches("(?s).*observed +BLOCKED: (load|store) of \\[0x[0-9a-f]+, 0x[0-9a-f]+\\) refused by epcm: "
                            + ".*rule +Intel SDM vol. 3D, 38.5.1: .*control run +without epcm it succeeds: .*"),
                    run.out());
        }
    }

    @Test
    void givesOneJsonDocumentAndTracesBesideIt() throws Exception {
        Run run = run("atk:run host-write --tee trustzone --runtime wasm --place inline --json --trace");

        assertEquals(0, run.code(), run.out());
        String json = run.out().strip();
        assertTrue(json.startsWith("{\n  \"attack\" : \"host-write\"") && json.endsWith("}"), json);
        assertTrue(json.contains("\"observed\" : \"BLOCKED\""), json);
        assertTrue(run.events().stream().anyMatch(line -> line.matches("trace .* arm/host-a +SMC +count=1 bytes=0")),
                run.err());
        assertTrue(run.err().stripTrailing().lines().toList().getLast().matches("trace: [1-9][0-9]* events"),
                run.err());
    }

    @Test
    void judgesNothingWhereNoMemoryIsModelled() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "cc"))),
                "no C compiler to build the victim with");

        Run run = run("atk:run host-read --tee trustzone --runtime plain");

        assertEquals(0, run.code(), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("trustzone +BLOCKED +N-A")), run.out());
    }
}
