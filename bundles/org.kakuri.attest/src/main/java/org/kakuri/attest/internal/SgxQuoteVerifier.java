package org.kakuri.attest.internal;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.attest.Appraisal;
import org.kakuri.api.attest.EvidenceVerifier;
import org.kakuri.api.attest.ReferenceValues;
import org.kakuri.api.tee.Evidence;
import org.kakuri.attest.sgx.Collateral;
import org.kakuri.attest.sgx.Quote;
import org.kakuri.attest.sgx.QuoteVerifier;
import org.osgi.service.component.annotations.Component;

/** Verifies SGX quotes under the roots that the caller trusts, at the time of the call, without collateral. */
@Component(property = EvidenceVerifier.FORMAT + "=" + Quote.FORMAT)
public final class SgxQuoteVerifier implements EvidenceVerifier {
    @Override
    public Appraisal verify(Evidence evidence, ReferenceValues expected) {
        if (!evidence.format().equals(Quote.FORMAT)) {
            return new Appraisal(List.of(new Appraisal.Check("format", false, "media type %s, expected %s".formatted(
                    evidence.format(), Quote.FORMAT))), Map.of());
        }
        return new QuoteVerifier(expected.trustedKeys(), Collateral.NONE, Instant.now())
                .verify(evidence.bytes(), Optional.of(expected.nonce()), Optional.of(expected.measurement()));
    }
}
