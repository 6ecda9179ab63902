package org.kakuri.api.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kakuri.api.UsageError;

class WordsTest {
    private static Words parse(boolean assignments, String... words) {
        return Words.parse(List.of(words), Set.of("strict"), assignments);
    }

    @Test
    void readsNamesInEverySpelling() {
        Words words = parse(true, "tz/ipc", "size=1,4k", "--tee", "none,trustzone", "--blocks=3", "--strict");

        assertEquals(List.of("tz/ipc"), words.positional());
        assertEquals(Map.of("size", "1,4k", "tee", "none,trustzone", "blocks", "3"), words.named());
        assertEquals(Set.of("strict"), words.flags());
    }

    @Test
    void leavesWhatFollowsTwoDashesAlone() {
        Words words = parse(false, "wasm", "a=b.wasm", "--", "--tee", "x=1", "--");

        assertEquals(List.of("wasm", "a=b.wasm"), words.positional());
        assertEquals(List.of("--tee", "x=1", "--"), words.rest());
        assertEquals(Map.of(), words.named());
    }

    @Test
    void refusesANameWithoutValue() {
        assertEquals("--tee needs a value", assertThrows(UsageError.class, () -> parse(false, "--tee")).getMessage());
        assertEquals("--tee needs a value",
                assertThrows(UsageError.class, () -> parse(false, "--tee", "--", "x")).getMessage());
    }

    @Test
    void refusesANameGivenTwice() {
        UsageError error = assertThrows(UsageError.class, () -> parse(true, "size=1", "--size", "2"));

        assertEquals("size is given twice", error.getMessage());
    }

    @Test
    void namesTheNearestOfAnUnknownOption() {
        Words words = parse(false, "--memroy", "1g");

        UsageError error = assertThrows(UsageError.class, () -> words.onlyNames(List.of("memory", "tee")));

        assertEquals("no option named --memroy", error.getMessage());
        assertEquals("did you mean --memory?", error.remedy());
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertEquals("--blocks is no whole number: many",
                assertThrows(UsageError.class, () -> parse(true, "blocks=many").number("blocks")).getMessage());
    }
}
