package org.kakuri.api.attest;

import org.kakuri.api.tee.Evidence;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Verifies evidence of one format. Imports no backend: expected values are recomputed from the image by the caller or handed
 * in, never taken from the one who is to be verified. Thread-safe; hostile bytes never make it fail otherwise than by a
 * verdict.
 */
@ConsumerType
public interface EvidenceVerifier {
    /** Service property. String. The format it verifies, equal to {@link Evidence#format()}. */
    String FORMAT = "kakuri.evidence.format";

    /** Verifies. */
    Appraisal verify(Evidence evidence, ReferenceValues expected);
}
