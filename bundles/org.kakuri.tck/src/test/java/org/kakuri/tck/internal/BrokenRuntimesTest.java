package org.kakuri.tck.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.tee.Machine;
import org.kakuri.runtime.plain.internal.PlainRuntime;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.ContractKit;
import org.kakuri.tck.fixture.BrokenRuntimes;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;

/** Each broken runtime is caught by the check that is meant for it, and by no other. */
@Timeout(60)
class BrokenRuntimesTest {
    private final ContractKit kit = ContractKit.of(Duration.ofSeconds(6), Map.of());

    static Stream<String> broken() {
        return BrokenRuntimes.ALL.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("broken")
    void eachIsCaughtByItsCheckAlone(String broken) {
        try (var machine = new MachineModel("a", Machine.ANY)) {
            List<CheckResult> results = kit.runtime(BrokenRuntimes.ALL.get(broken).apply(new PlainRuntime()),
                    new NoneBackend(), machine);

            assertEquals(List.of(broken.split(" ")[0]), Results.failing(results),
                    () -> results.stream().filter(r -> r.verdict() == CheckResult.Verdict.FAIL).toList().toString());
        }
    }
}
