package org.kakuri.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.WorkingDirectory;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

@Timeout(30)
class OneShotTest {

    private final ThreadIOImpl streams = new ThreadIOImpl();
    private final CommandProcessorImpl processor = new CommandProcessorImpl(streams);
    private final Sample sample = new Sample();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private OneShot oneShot;

    @BeforeEach
    void publish() {
        streams.start();
        for (String function : List.of("words", "where", "fail", "stop", "refuse", "misuse", "burst", "outcome",
                "number",
                "guest")) {
            processor.addCommand("x", new CommandFunction("x", function, sample), function);
        }
        processor.addConverter(new RecordConverter());
        oneShot = new OneShot(processor, contextWithCommandsOfScopeX());
    }

    @AfterEach
    void stop() {
        processor.stop();
        streams.stop();
    }

    private static BundleContext contextWithCommandsOfScopeX() {
        return (BundleContext) Proxy.newProxyInstance(OneShotTest.class.getClassLoader(),
                new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                    assertEquals("getAllServiceReferences", method.getName());
                    return ((String) arguments[1]).contains("(osgi.command.scope=x)") ? new ServiceReference<?>[1]
                            : null;
                });
    }

    private int run(Map<String, Object> more, String... words) {
        out.reset();
        err.reset();
        var call = new HashMap<String, Object>(more);
        call.put("out", new PrintStream(out, false, StandardCharsets.UTF_8));
        call.put("err", new PrintStream(err, false, StandardCharsets.UTF_8));
        return oneShot.applyAsInt(words, call);
    }

    private int run(String... words) {
        return run(Map.of(), words);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void argumentsMeanNothingToTheShell() {
        assertEquals(0, run("x:words", "a b", "$HOME", "", "'", "\"", "é", "(1)", "; x:fail", "`x`", "{", "*"));

        assertEquals("[a b, $HOME, , ', \", é, (1), ; x:fail, `x`, {, *]\n", out());
        assertEquals("", err());
    }

    @Test
    void anOutcomeIsTheExitCode() {
        assertEquals(1, run("x:outcome"));
        assertEquals("it was measured and is too slow\n", out());
    }

    @Test
    void aFailureIsOneLineWithItsRemedyAndCodeOne() {
        assertEquals(1, run("x:refuse"));
        assertEquals("kakuri: image x.wasm is 0 bytes long; build it again\n", err());
        assertEquals("", out());
    }

    @Test
    void aFailureWithoutMessageIsNamedByItsClass() {
        assertEquals(1, run("x:fail"));
        assertEquals("kakuri: x:fail failed: java.lang.IllegalStateException\n", err());
    }

    @Test
    void anInterruptionIsNoFailureOfTheCommand() {
        assertEquals(1, run("x:stop"));
        assertEquals("kakuri: x:stop was interrupted\n", err());
    }

    @Test
    void wrongUsageIsCodeTwo() {
        assertEquals(2, run("x:misuse"));
        assertEquals("kakuri: no backend named nnoe; did you mean none?\n", err());

        assertEquals(2, run("x:number", "seven"));
        assertTrue(err().startsWith("kakuri: x:number does not take [seven]; usage: x:number"), err());
    }

    @Test
    void anErrorOfTheMachineIsAFailureToo() {
        assertEquals(1, run("x:burst"));
        assertEquals("kakuri: too deep\n", err());
    }

    @Test
    void theStackTraceIsPrintedIfTheCallerAskedForIt() {
        run(Map.of("stackTrace", true), "x:refuse");
        assertTrue(err().contains("\tat " + Sample.class.getName() + ".refuse("), err());

        run(Map.of("stackTrace", false), "x:refuse");
        assertEquals(1, err().lines().count());
    }

    @Test
    void relativePathsAreRelativeToTheFolderOfTheCaller() {
        assertEquals(0, run(Map.of("directory", Path.of("/usr/share")), "x:where", "../lib/x.jar"));
        assertEquals("/usr/lib/x.jar\n", out());

        assertEquals(0, run("x:where", "x.jar"));
        assertEquals(Path.of("x.jar").toAbsolutePath() + "\n", out());
    }

    @Test
    void aCommandNobodyServesIsNamed() {
        assertEquals(1, run("y:list"));
        assertEquals("kakuri: y:list did not start: something it needs is missing; scr:list in ./kakuri tells what\n",
                err());
    }

    @Test
    void jsonAndHelpAreUnderstoodByEveryCommand() {
        assertEquals(1, run("x:outcome", "--json"));
        assertEquals("{\n  \"text\" : \"it was measured and is too slow\",\n  \"exitCode\" : 1\n}\n", out());

        assertEquals(0, run("x:misuse", "--help"));
        assertTrue(out().contains("usage: x:misuse"), out());
    }

    @Test
    void theOutputOfAGuestReachesWhoeverHandedTheCommandIn() {
        assertEquals(0, run("x:guest"));

        assertEquals("out".repeat(50_000) + "done\n", out());
        assertEquals("err", err());
    }

    /** Commands that end in every way there is. */
    public static final class Sample implements CommandSet {
        public String words(Words words) {
            return Arrays.toString(words.positional().toArray());
        }

        public String where(String path) {
            return WorkingDirectory.resolve(path).toString();
        }

        /** A guest that writes more than a pipe holds, and reads nothing. */
        public String guest() {
            try (var streams = GuestStreams.open()) {
                var spawn = Spawn.program("/bin/sh")
                        .arguments(List.of("-c", "yes out | head -n 50000 | tr -d '\\n'; printf err >&2; cat"));
                for (var descriptor : streams.descriptors()) {
                    spawn.give(Fd.own(descriptor.passed().number()).dup(), descriptor.guest());
                }
                try (var child = spawn.start()) {
                    child.waitFor(Duration.ofSeconds(20)).orElseThrow();
                }
            }
            return "done";
        }

        public String number(CommandSession session, int number) {
            return session + " " + number;
        }

        public void stop() throws InterruptedException {
            throw new InterruptedException();
        }

        public void fail() {
            throw new IllegalStateException();
        }

        public void refuse() {
            throw new Refused("image x.wasm is\n  0 bytes long", "build it again");
        }

        public void misuse() {
            throw new UsageError("no backend named nnoe; did you mean none?", "");
        }

        public void burst() {
            throw new StackOverflowError("too deep");
        }

        public Measured outcome() {
            return new Measured("it was measured and is too slow", 1);
        }
    }

    /** A result that failed. */
    record Measured(String text, int exitCode) implements TextView, Outcome {}
}
