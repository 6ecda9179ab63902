package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class CommandIndexTest {

    private static final List<String> TEXT = List.of("kakuri-index 1", "bundle scr.jar", "bundle api.jar",
            "bundle tee.jar",
            "command exp:run 0,1,2 Runs one experiment", "command rt:list 0,1", "command tee:info 0,2",
            "command tee:list 0,1,2 Lists the backends", "live tee:list shows");

    @Test
    void readsBundlesCommandsAndDescriptions() throws IOException {
        CommandIndex index = CommandIndex.parse(TEXT, "index");

        assertEquals(List.of("scr.jar", "api.jar", "tee.jar"), index.bundles());
        assertEquals(
                new CommandIndex.Command("tee:list", List.of("scr.jar", "api.jar", "tee.jar"), "Lists the backends",
                        CommandIndex.Live.SHOWS),
                index.commands().get("tee:list"));
        assertEquals(new CommandIndex.Command("rt:list", List.of("scr.jar", "api.jar"), "", CommandIndex.Live.NO),
                index.commands().get("rt:list"));
    }

    @Test
    void writesWhatItReads() throws IOException {
        assertEquals(TEXT, CommandIndex.parse(TEXT, "index").lines());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"command tee:list 7 x", "command tee:list one x", "command tee:list",
        "command", "bundle", "rubbish", "''", "live tee:list shows", "live"})
    void refusesALineThatIsNoRecord(String line) {
        IOException refused = assertThrows(IOException.class,
                () -> CommandIndex.parse(List.of("kakuri-index 1", "bundle a.jar", line), "the-index"));

        assertEquals("the-index:3: not an index record: '" + line + "'", refused.getMessage());
    }

    @Test
    void refusesAnotherFormat() {
        IOException refused = assertThrows(IOException.class,
                () -> CommandIndex.parse(List.of("kakuri-index 2"), "the-index"));

        assertEquals("the-index does not start with 'kakuri-index 1'; delete the .kakuri folder and build again",
                refused.getMessage());
        assertThrows(IOException.class, () -> CommandIndex.parse(List.of(), "the-index"));
    }

    @ParameterizedTest
    @CsvSource({"tee:lst, 'tee:list'", "te:list, 'tee:list,rt:list'", "list, 'rt:list,tee:list'",
        "tee, 'tee:info,tee:list'", "tee:, 'tee:info,tee:list'", "exprun, 'exp:run'", "migrate:everything, ''"})
    void namesWhatWasMeant(String typed, String near) throws IOException {
        assertEquals(near, String.join(",", CommandIndex.parse(TEXT, "index").nearest(typed)));
    }

    @ParameterizedTest
    @CsvSource({"kitten, sitting, 3", "'', abc, 3", "abc, '', 3", "same, same, 0", "ab, ba, 2"})
    void measuresLevenshteinDistance(String from, String to, int distance) {
        assertEquals(distance, CommandIndex.distance(from, to));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"NO|none|NO", "CHANGES|none|CHANGES", "CHANGES|''|CHANGES",
        "CHANGES|none --help|NO", "CHANGES|none -- --help|CHANGES", "SHOWS|--json|SHOWS", "SHOWS|-h|NO",
        "EITHER|''|SHOWS",
        "EITHER|--json|SHOWS", "EITHER|none|CHANGES", "EITHER|--json none|CHANGES", "EITHER|--trace|SHOWS",
        "EITHER|--trace none|CHANGES", "EITHER|none --help|NO"})
    void argumentsTellWhetherACommandActsOnTheWorkbenchThatRuns(CommandIndex.Live live, String arguments,
            CommandIndex.Live then) {
        assertEquals(then, live.with(arguments.isEmpty() ? List.of() : List.of(arguments.split(" "))));
    }
}
