/**
 * Recomputes, from the image alone, what evidence should say. Written against the definitions in the documentation, not
 * against a backend, so that a backend that measures wrongly is noticed. Used by whoever fills
 * {@link org.kakuri.api.attest.ReferenceValues}.
 */
@Export
@Version("1.0.0")
package org.kakuri.attest.measure;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
