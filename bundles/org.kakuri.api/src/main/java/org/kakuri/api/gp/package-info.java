/**
 * GlobalPlatform's terms for trusted applications and their clients: sessions, commands, operations with up to four
 * parameters, result codes with their origin, secure storage. Implemented by backends whose instances are trusted
 * applications, which offer {@link org.kakuri.api.gp.TrustedOs} as an extension. A system that uses this call style asks its
 * lease for {@link org.kakuri.api.gp.GlobalPlatform}. Values and names follow TEE Client API Specification 1.0 (GPD_SPE_007) and TEE
 * Internal Core API Specification 1.3.1 (GPD_SPE_010).
 */
@Export
@Version("2.0.0")
package org.kakuri.api.gp;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
