package org.kakuri.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.junit.jupiter.api.Test;
import org.kakuri.api.Gone;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;

class CommandFunctionTest {
    public record Greeting(String name, int times) {}

    /** Commands to call. */
    public static final class Commands implements CommandSet {
        @Descriptor("Greets somebody.")
        public Greeting greet(@Descriptor("whom") String name, @Descriptor("how often") int times) {
            return new Greeting(name, times);
        }

        public Words sayAll(@WordsSyntax(flags = "loud") @Descriptor("WORD... [OPTION]\n--loud  loudly") Words words) {
            return words;
        }

        public String fail() {
            throw new Gone("the backend is gone", "take another", true);
        }
    }

    private final CommandSession session = new CommandProcessorImpl(new ThreadIOImpl()).createSession(System.in,
            System.out, System.err);

    private Object call(String function, Object... arguments) throws Exception {
        return new CommandFunction("demo", function, new Commands()).execute(session, List.of(arguments));
    }

    @Test
    void callsAMethodWithTypedArguments() throws Exception {
        assertEquals(new Greeting("Ada", 3), call("greet", "Ada", "3"));
    }

    @Test
    void tellsTheUsageWhenArgumentsDoNotFit() {
        UsageError error = assertThrows(UsageError.class, () -> call("greet", "Ada"));

        assertEquals("demo:greet does not take [Ada]", error.getMessage());
        assertEquals("usage: demo:greet NAME TIMES", error.remedy());
    }

    @Test
    void printsHelpInsteadOfCalling() throws Exception {
        String help = assertInstanceOf(Help.class, call("greet", "--help")).text();

        assertTrue(help.startsWith("Greets somebody.\n\nusage: demo:greet NAME TIMES\n"), help);
        assertTrue(help.contains("TIMES            how often\n"), help);
    }

    @Test
    void printsOneJsonDocument() throws Exception {
        JsonText json = assertInstanceOf(JsonText.class, call("greet", "Ada", "3", "--json"));

        assertEquals("{\n  \"name\" : \"Ada\",\n  \"times\" : 3\n}", json.text());
        assertEquals(0, json.exitCode());
    }

    @Test
    void handsWordsOverAndLeavesTheRestAlone() throws Exception {
        Words words = (Words) call("say-all", "a", "--loud", "--", "--json", "--help");

        assertEquals(List.of("a"), words.positional());
        assertEquals(List.of("--json", "--help"), words.rest());
        assertTrue(words.flags().contains("loud"));
    }

    @Test
    void throwsWhatTheCommandThrew() {
        assertEquals("the backend is gone", assertThrows(Gone.class, () -> call("fail")).getMessage());
    }

    @Test
    void theInteractiveShellPrintsMessageAndRemedy() {
        session.put(".reader", new Object());

        var failed = assertThrows(CommandFailed.class, () -> call("fail"));

        assertEquals("the backend is gone; take another", failed.toString());
        assertInstanceOf(Gone.class, failed.getCause());
    }

    @Test
    void knowsItsOptions() {
        var command = new CommandFunction("demo", "say-all", new Commands());

        assertEquals(List.of("--loud", "--json", "--trace", "--help"), command.options());
        assertEquals(List.of("--json", "--trace", "--help"),
                new CommandFunction("demo", "greet", new Commands()).options());
    }
}
