package org.kakuri.domain.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.UsageError;

@Timeout(30)
class HostSettingsTest {
    @Test
    void takesDefaults() {
        HostSettings settings = HostSettings.from(Map.of(HostSettings.LAUNCHER, "/a.jar:/b")::get);

        assertEquals(new HostSettings("/a.jar:/b", 512, Duration.ofMillis(500), Duration.ofSeconds(10),
                Duration.ofSeconds(60), Duration.ofSeconds(5), settings.properties()), settings);
        assertEquals(20, settings.missedLimit());
    }

    @Test
    void startsTheLauncherWithWhatWasSet() {
        HostSettings settings = HostSettings.from(Map.of(HostSettings.LAUNCHER, "/a.jar", HostSettings.HEAP, "64",
                "kakuri.cache", "/cache", "kakuri.workspace", "/ws", "kakuri.home", "/home")::get);

        List<String> arguments = settings.arguments(Path.of("/own"), Path.of("/own/bundles"));

        assertEquals(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC", "-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/own/crash.log", "-Djava.io.tmpdir=/own",
                "-Dkakuri.cache=/cache", "-Dkakuri.home=/home", "-Dkakuri.workspace=/ws", "-cp", "/a.jar",
                "org.kakuri.launcher.Main", "--domain", "3", "/own/bundles"), arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "", "2147483648", "1.5", "many"})
    void refusesWhatIsNotAPositiveNumber(String value) {
        assertEquals("not a positive number: kakuri.domain.hung.millis=" + value,
                assertThrows(UsageError.class, () -> HostSettings.from(Map.of(HostSettings.HUNG, value)::get))
                        .getMessage());
    }
}
