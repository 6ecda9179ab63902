package org.kakuri.tck.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.ContractKit;
import org.kakuri.tck.fixture.BrokenBackends;
import org.kakuri.tck.fixture.NestingToy;
import org.kakuri.tck.fixture.Toy;
import org.kakuri.tee.model.MachineModel;

/** The toy passes; each broken one is caught by the check that is meant for it, and by no other. */
@Timeout(120)
class BrokenBackendsTest {
    private final ContractKit kit = ContractKit.of(Duration.ofSeconds(6),
            Map.of("application/x-toy-evidence", new Toy.Verifier()));

    /** Each check has machines of its own: what a broken backend does in one is not to be seen in the next. */
    private List<CheckResult> check(TeeBackend backend) {
        List<CheckResult> results = new ArrayList<>();
        for (Check<BackendSubject> check : kit.backendChecks()) {
            try (var a = new MachineModel("a", "toy"); var b = new MachineModel("b", "toy")) {
                results.add(kit.run(check,
                        new BackendSubject(backend, List.of(a, b), Map.of("application/x-toy-evidence",
                                new Toy.Verifier()))));
            }
        }
        return results;
    }

    static Stream<String> broken() {
        return BrokenBackends.ALL.keySet().stream();
    }

    @Test
    void theToyPasses() {
        Results.assertPasses(check(new Toy()), "unsupported.attest", "unsupported.seal", "unsupported.address-spaces",
                "unsupported.dynamic-memory", "unsupported.shared-memory", "nested.offered", "nested.destroyed");
    }

    @Test
    void theNestingToyPasses() {
        Results.assertPasses(check(new NestingToy()), "unsupported.attest", "unsupported.seal",
                "unsupported.address-spaces", "unsupported.dynamic-memory", "unsupported.shared-memory",
                "unsupported.nesting");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void eachBrokenOneIsCaughtByItsCheckAlone(String broken) {
        List<CheckResult> results = check(BrokenBackends.ALL.get(broken).get());

        assertEquals(List.of(broken.split(" ")[0]), Results.failing(results),
                () -> results.stream().filter(r -> r.verdict() == CheckResult.Verdict.FAIL).toList().toString());
    }

    @Test
    void everyGroupHasABrokenFixture() {
        Set<String> groups = kit.backendChecks().stream().map(c -> c.id().split("\\.")[0]).collect(Collectors.toSet());
        groups.removeAll(broken().map(id -> id.split("\\.")[0]).toList());
        assertEquals(Set.of(), groups);
    }

    @Test
    void idsAreUnique() {
        List<String> ids = kit.backendChecks().stream().map(Check::id).toList();
        assertEquals(ids.size(), Set.copyOf(ids).size());
    }
}
