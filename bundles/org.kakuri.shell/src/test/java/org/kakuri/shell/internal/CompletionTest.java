package org.kakuri.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.Descriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;

@Timeout(10)
class CompletionTest {
    /** As JLine's CompletionData is. */
    public static final class Data {
        public final List<String> options;
        public final String description;
        public final String argument;
        public final String condition;

        public Data(List<String> options, String description, String argument, String condition) {
            this.options = options;
            this.description = description;
            this.argument = argument;
            this.condition = condition;
        }
    }

    /** A command. */
    public static final class Commands implements CommandSet {
        @Descriptor("Goes.")
        public String go(@Descriptor("WHERE [--fast]\n--fast  faster") Words words) {
            return "gone";
        }
    }

    private final CommandFunction go = new CommandFunction("x", "go", new Commands());
    private final Map<String, CommandFunction> commands = new HashMap<>();
    private final Map<Object, Object> shell = new HashMap<>(
            Map.of("gogo:cat", List.of("files"), Completion.TEMPLATE, List.of(new Data(null, null, "__ask", null))));
    private final Completion completion = new Completion(shell, commands::get);

    @Test
    void aCommandIsCompletedFromTheMomentItIsThereUntilItIsGone() {
        assertFalse(completion.containsKey("x:go"));

        commands.put("x:go", go);
        List<?> entries = (List<?>) completion.get("x:go");
        Data title = (Data) entries.get(0);
        Data words = (Data) entries.get(1);

        assertEquals("Goes.", title.description);
        assertEquals(List.of("--fast", "--json", "--trace", "--help"), words.options);
        assertEquals("__ask", words.argument);

        commands.clear();
        assertFalse(completion.containsKey("x:go"));
    }

    @Test
    void whatTheShellKnowsItselfStays() {
        assertEquals(List.of("files"), completion.get("gogo:cat"));

        completion.put("gogo:cd", List.of("folders"));

        assertEquals(List.of("folders"), shell.get("gogo:cd"));
        assertTrue(completion.containsKey("gogo:cd"));
    }

    @Test
    void withoutATemplateNothingIsOffered() {
        commands.put("x:go", go);
        shell.remove(Completion.TEMPLATE);

        assertFalse(completion.containsKey("x:go"));
    }
}
