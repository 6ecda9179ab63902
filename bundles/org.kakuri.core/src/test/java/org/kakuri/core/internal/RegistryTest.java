package org.kakuri.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Deadline;
import org.kakuri.api.UsageError;

@Timeout(30)
class RegistryTest {
    private final Registry<String, String> registry = new Registry<>("backend");

    private static Provider<String, String> provider(String name, long bundle) {
        return new Provider<>("backend", name, "service", "info", bundle);
    }

    @Test
    void theOlderOfTwoKeepsTheNameUntilItGoes() {
        var older = provider("sgx", 1);
        var newer = provider("sgx", 2);

        assertTrue(registry.add(older));
        assertFalse(registry.add(newer));
        assertSame(older, registry.find("sgx").orElseThrow());

        registry.remove(older);
        assertSame(newer, registry.find("sgx").orElseThrow());

        registry.remove(newer);
        assertEquals(Optional.empty(), registry.find("sgx"));
    }

    @Test
    void awaitsOneThatAppearsLater() throws Exception {
        var waiting = CompletableFuture.supplyAsync(() -> registry.await("cca", Deadline.inSeconds(20)));
        var cca = provider("cca", 3);

        registry.add(cca);

        assertSame(cca, waiting.get());
    }

    @Test
    void namesTheNearestWhenThereIsNone() {
        registry.add(provider("trustzone", 1));
        registry.add(provider("none", 2));

        UsageError error = assertThrows(UsageError.class,
                () -> registry.await("trustzome", Deadline.in(Duration.ofMillis(5))));

        assertEquals("no backend named trustzome", error.getMessage());
        assertEquals("did you mean trustzone?", error.remedy());
    }
}
