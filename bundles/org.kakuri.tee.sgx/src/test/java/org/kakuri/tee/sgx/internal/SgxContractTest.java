package org.kakuri.tee.sgx.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.tee.Machine;
import org.kakuri.attest.internal.SgxQuoteVerifier;
import org.kakuri.attest.sgx.Quote;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.ContractKit;
import org.kakuri.tee.model.MachineModel;

/** The backend keeps the contract that every backend keeps. */
@Timeout(180)
class SgxContractTest {
    @Test
    void passesTheContractKit() {
        ContractKit kit = ContractKit.of(ContractKit.LIMIT, Map.of(Quote.FORMAT, new SgxQuoteVerifier()));
        try (var a = new MachineModel("a", Machine.X86_64);
                var b = new MachineModel("b", Machine.X86_64)) {
            List<CheckResult> results = kit.backend(new SgxBackend(64), a, b);

            assertEquals(List.of(), results.stream()
                    .filter(result -> result.verdict() == CheckResult.Verdict.FAIL)
                    .map(CheckResult::toString)
                    .toList());
            Set<String> skipped = results.stream()
                    .filter(result -> result.verdict() == CheckResult.Verdict.SKIPPED)
                    .map(CheckResult::id)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(Set.of("unsupported.dynamic-memory", "unsupported.shared-memory", "unsupported.seal",
                    "unsupported.attest", "spaces.maps", "spaces.apart", "spaces.taken", "spaces.not-own",
                    "spaces.closed", "nested.offered", "nested.destroyed"), skipped);
        }
    }
}
