package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kakuri.api.UsageError;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.service.ServiceExtension;

/** The commands as somebody types them. */
@Timeout(60)
@ExtendWith(ServiceExtension.class)
class CommandsTest {
    @InjectService
    CommandProcessor processor;

    private String run(String line) throws Exception {
        var out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            Object result = session.execute(line);
            return result == null ? "" : session.format(result, Converter.INSPECT).toString();
        }
    }

    @Test
    void listsBackendsAsATable() throws Exception {
        String[] lines = run("tee:list").split("\n");

        assertTrue(lines[0].matches("NAME +IN USE +ARCHITECTURE +INNER +COST PROFILE +CAPABILITIES"), lines[0]);
        assertTrue(lines[1].startsWith("none "), lines[1]);
        assertTrue(Stream.of(lines).anyMatch(line -> line.startsWith("sgx ")), () -> String.join("\n", lines));
        assertTrue(Stream.of(lines).anyMatch(line -> line.startsWith("trustzone ")), () -> String.join("\n", lines));
    }

    @Test
    void listsBackendsAsJson() throws Exception {
        assertTrue(run("tee:list --json").contains("\"name\" : \"trustzone\""));
    }

    @Test
    void namesTheNearestBackend() {
        UsageError error = assertThrows(UsageError.class, () -> run("tee:info trustzome"));

        assertEquals("no backend named trustzome", error.getMessage());
        assertEquals("did you mean trustzone?", error.remedy());
    }

    @Test
    void usesAnotherBackendUntilTold() throws Exception {
        String before = run("wb:status").lines().filter(line -> line.startsWith("in use")).findFirst().orElseThrow();
        try {
            run("tee:use trustzone");
            assertTrue(run("tee:list").lines().anyMatch(line -> line.matches("trustzone +yes .*")));
        } finally {
            run("tee:use " + before.split("\\s+")[2]);
        }
        assertTrue(run("wb:status").contains(before));
    }

    private List<?> completions(String... words) throws Exception {
        var out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            session.put("words", List.of(words));
            return (List<?>) session.execute("kakuri:complete $words " + (words.length - 1));
        }
    }

    @Test
    void completesANameFromTheMomentItIsThereUntilItIsGone() throws Exception {
        assertTrue(completions("tee:use", "").containsAll(List.of("none", "trustzone")));
        assertFalse(completions("tee:use", "").contains("tz-typed"));

        run("tee:derive trustzone --name tz-typed --price SMC=3us");
        try {
            assertTrue(completions("tee:use", "").contains("tz-typed"));
            assertTrue(completions("rt:run", "wasm", "a.wasm", "--tee", "").contains("tz-typed"));
        } finally {
            run("tee:drop tz-typed");
        }

        assertFalse(completions("tee:use", "").contains("tz-typed"));
        assertFalse(completions("rt:run", "wasm", "a.wasm", "--tee", "").contains("tz-typed"));
    }

    @Test
    void explainsEveryPair() throws Exception {
        String matrix = run("sys:matrix");

        long pairs = (run("tee:list").lines().count() - 1) * (run("rt:list").lines().count() - 1);
        assertTrue(pairs >= 6, matrix);
        assertEquals(1 + pairs, matrix.lines().count(), matrix);
        assertTrue(matrix.lines().anyMatch(line -> line.matches("trustzone +plain +no +.*")), matrix);
        assertTrue(matrix.lines().anyMatch(line -> line.matches("trustzone +wasm +yes +.*")), matrix);
    }

    @Test
    void listsTzmediatorWithItsExperiment() throws Exception {
        assertTrue(run("sys:list").lines().anyMatch(line -> line.startsWith("tzmediator ") && line.contains("tz/ipc")));
        assertTrue(run("exp:list").lines().anyMatch(line -> line.startsWith("tz/ipc ")));
    }

    @Test
    void refusesWordsThatNoExperimentKnows() {
        UsageError error = assertThrows(UsageError.class, () -> run("exp:run tz/ipc --sice 64"));

        assertTrue(error.getMessage().contains("sice"), error.getMessage());
        assertTrue(error.remedy().contains("size"), error.remedy());
    }

    @Test
    void helpsWithEveryCommandOfOurs() throws Exception {
        for (String command : new String[] {"tee:list", "tee:info", "tee:use", "tee:calibrate", "rt:list", "rt:info",
            "rt:use", "rt:run", "sys:list", "sys:matrix", "wb:status", "exp:list", "exp:show", "exp:run",
            "exp:reproduce", "res:list", "res:show"}) {
            assertTrue(run(command + " --help").contains("usage: " + command), command);
        }
    }
}
