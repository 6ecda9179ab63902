package org.kakuri.system.tzmediator.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.platform.linux.posix.GuestSignals;

/** What {@code kakuri-ta} and this package must say alike. */
@Timeout(20)
class StarterTest {
    private static final Path SCRIPT = Path.of("../../runconfigs/etc/kakuri-ta");

    @Test
    void blocksTheSignalsThatTheShadowTakes() throws IOException {
        List<String> lines = Files.readAllLines(SCRIPT);
        String blocked = lines.stream()
                .filter(line -> line.startsWith("signals="))
                .map(line -> line.substring("signals=".length()).replace("$signals", ""))
                .collect(Collectors.joining());

        assertEquals(
                Arrays.stream(GuestSignals.blockedFirst()).mapToObj(String::valueOf).collect(Collectors.joining(",")),
                blocked);
    }

    @Test
    void movesTheSignalOfTheJvm() throws IOException {
        String variable = Files.readAllLines(SCRIPT)
                .stream()
                .map(Pattern.compile("export (\\w+)=63")::matcher)
                .filter(java.util.regex.Matcher::matches)
                .map(matcher -> matcher.group(1))
                .collect(Collectors.joining());

        assertEquals("_JAVA_SR_SIGNUM", variable);
        assertEquals(true, GuestSignals.isOwnVariable(variable));
    }
}
