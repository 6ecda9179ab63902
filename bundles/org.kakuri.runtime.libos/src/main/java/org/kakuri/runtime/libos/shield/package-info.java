/**
 * What SCONE calls shields of the network and of the console: what an unmodified program sends in the clear leaves as TLS, or as
 * authenticated records. File system shields are in {@code image}.
 */
@Export
@Version("1.0.0")
package org.kakuri.runtime.libos.shield;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
