/**
 * Verification of evidence. Verifiers import no backend and recompute every expected value from the image.
 */
@Export
@Version("1.0.0")
package org.kakuri.api.attest;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
