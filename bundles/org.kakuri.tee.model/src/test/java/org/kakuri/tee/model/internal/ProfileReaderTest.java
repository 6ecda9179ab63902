package org.kakuri.tee.model.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.UsageError;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Price;

@Timeout(30)
class ProfileReaderTest {
    private static final String PRICE = """
            {"ns": 2, "nsPerByte": 0.5, "low": 1, "high": 3, "citation": "a book", "verified": true, "note": "n"}""";
    private static final String GOOD = """
            {"id": "p", "title": "t", "platform": "x", "architecture": "arm", "prices": {"SMC": %s}}
            """.formatted(PRICE);

    @TempDir
    private Path folder;

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    @Test
    void readsAProfile() throws IOException {
        write("p.json", GOOD);
        assertEquals(
                new CostProfile("p", "t", "x", "arm", Map.of("SMC", new Price(2, 0.5, 1, 3, "a book", true, "n"))),
                new ProfileReader().read(folder.resolve("p.json")));
    }

    static Stream<Arguments> hostile() {
        return Stream.of(Arguments.of("", "prices: missing", GOOD.replaceAll(", \"prices.*", "}")),
                Arguments.of("", "must be an object", "[]"), Arguments.of("", "must be an object", "null"),
                Arguments.of("", "must be an object", ""),
                Arguments.of("unknown", "pricez: unknown field; did you mean prices?",
                        GOOD.replace("prices", "pricez")),
                Arguments.of("unknown in a price",
                        "prices.SMC.cost: unknown field; there are [citation, high, low, note,"
                                + " ns, nsPerByte, verified]",
                        GOOD.replace("\"ns\"", "\"cost\"")),
                Arguments.of("no citation", "prices.SMC.citation: missing",
                        GOOD.replace("\"citation\": \"a book\", ", "")),
                Arguments.of("blank citation", "prices.SMC.citation: must not be empty", GOOD.replace("a book", "  ")),
                Arguments.of("verified", "prices.SMC.verified: must be true or false: \"yes\"",
                        GOOD.replace("true", "\"yes\"")),
                Arguments.of("text for number", "prices.SMC.ns: must be a number of at least 0: \"2\"",
                        GOOD.replace("\"ns\": 2", "\"ns\": \"2\"")),
                Arguments.of("negative", "prices.SMC.nsPerByte: must be a number of at least 0: -0.5",
                        GOOD.replace("0.5", "-0.5")),
                Arguments.of("infinite", "prices.SMC.high: must be a number of at least 0: \"Infinity\"",
                        GOOD.replace("\"high\": 3", "\"high\": 1e999")),
                Arguments.of("outside", "prices.SMC.ns: must lie between low and high: ns=9.0, low=1.0, high=3.0",
                        GOOD.replace("\"ns\": 2", "\"ns\": 9")),
                Arguments.of("event", "prices.smc: an event is spelled LIKE_THIS", GOOD.replace("SMC", "smc")),
                Arguments.of("prices", "prices: must be an object of prices by event",
                        GOOD.replace("{\"SMC\": " + PRICE + "}", "[]")),
                Arguments.of("price", "prices.SMC: must be an object", GOOD.replace(PRICE, "620")),
                Arguments.of("title", "title: must be a string: 5", GOOD.replace("\"t\"", "5")),
                Arguments.of("id", "id: must be the file's name without .json, in lower case, and not unpriced: id=q",
                        GOOD.replace("\"p\"", "\"q\"")),
                Arguments.of("path",
                        "id: must be the file's name without .json, in lower case, and not unpriced: id=../p",
                        GOOD.replace("\"p\"", "\"../p\"")));
    }

    @ParameterizedTest
    @MethodSource
    void hostile(String what, String reason, String text) throws IOException {
        write("p.json", text);
        var e = assertThrows(BrokenProfile.class, () -> new ProfileReader().read(folder.resolve("p.json")));
        assertEquals("cost profile p.json: " + reason, e.getMessage());
    }

    @ParameterizedTest
    @MethodSource("notJson")
    void refusesWhatIsNotJson(String text) throws IOException {
        write("p.json", text);
        var e = assertThrows(BrokenProfile.class, () -> new ProfileReader().read(folder.resolve("p.json")));
        assertTrue(e.getMessage().startsWith("cost profile p.json: not JSON: "), e.getMessage());
    }

    static Stream<String> notJson() {
        return Stream.of("{", GOOD + "{}", GOOD.replace("\"title\"", "\"id\": \"p\", \"title\""), "[".repeat(5000),
                "{\"id\": NaN}", "{\"id\": " + "9".repeat(5000) + "}", "\0");
    }

    @Test
    void refusesAHugeFileUnread() throws IOException {
        write("p.json", " ".repeat((1 << 20) + 1));
        var e = assertThrows(BrokenProfile.class, () -> new ProfileReader().read(folder.resolve("p.json")));
        assertEquals("cost profile p.json: too large: bytes=1048577, limit=1048576", e.getMessage());
    }

    @Test
    void offersWhatIsSoundWhenAFileIsBroken() throws IOException {
        write("p.json", GOOD);
        write("broken.json", "{");
        write("README.md", "not a profile");
        var shelf = new ProfileShelf(Optional.of(folder));

        assertEquals(List.of("unpriced", "p"), shelf.profiles().stream().map(CostProfile::id).toList());
        var e = assertThrows(UsageError.class, () -> shelf.use("broken"));
        assertTrue(e.getMessage().startsWith("cost profile broken.json: not JSON: line 1"), e.getMessage());
        var none = assertThrows(UsageError.class, () -> shelf.use("pp"));
        assertEquals("no cost profile named pp", none.getMessage());
        assertEquals("did you mean p?", none.remedy());
    }

    @Test
    void usesAProfileForItsArchitectureUntilUnpriced() throws IOException {
        write("p.json", GOOD);
        var shelf = new ProfileShelf(Optional.of(folder));
        assertEquals(CostProfile.UNPRICED, shelf.inUse(Machine.ARM));

        assertEquals("p", shelf.use("p").id());
        assertEquals("p", shelf.inUse(Machine.ARM).id());
        assertEquals(CostProfile.UNPRICED, shelf.inUse(Machine.X86_64));

        shelf.use("unpriced");
        assertEquals(CostProfile.UNPRICED, shelf.inUse(Machine.ARM));
    }

    @Test
    void readsAnEditedFileWhenAskedAgain() throws IOException {
        write("p.json", GOOD);
        var shelf = new ProfileShelf(Optional.of(folder));
        shelf.use("p");
        write("p.json", GOOD.replace("\"ns\": 2", "\"ns\": 3"));

        assertEquals(2, shelf.inUse(Machine.ARM).price("SMC").orElseThrow().ns());
        assertEquals(3, shelf.use("p").price("SMC").orElseThrow().ns());
        assertEquals(3, shelf.inUse(Machine.ARM).price("SMC").orElseThrow().ns());
    }

    @Test
    void hasOnlyTheUnpricedOneWithoutAWorkspace() {
        assertEquals(List.of(CostProfile.UNPRICED), new ProfileShelf(Optional.empty()).profiles());
        assertEquals(List.of(CostProfile.UNPRICED),
                new ProfileShelf(Optional.of(folder.resolve("absent"))).profiles());
    }

    @Test
    void readsEveryProfileOfTheWorkspace() {
        Path shipped = Path.of("").toAbsolutePath().resolve("../../workspace/calibrations").normalize();
        ProfileReader.Reading reading = new ProfileReader().readAll(shipped);
        assertEquals(Map.of(), reading.broken());
        assertEquals(List.of("juno-a53", "juno-a57", "optee-ffa", "sgx-transitions"),
                List.copyOf(reading.profiles().keySet()));
        assertEquals(620, reading.profiles().get("juno-a57").price("SMC").orElseThrow().ns());
        assertEquals(Optional.empty(), reading.profiles().get("juno-a57").price("TA_SESSION_OPEN"));
    }
}
