/**
 * Isolation runtimes, their sessions and guest processes, and the leases through which anybody obtains them.
 */
@Export
@Version("1.2.0")
package org.kakuri.api.runtime;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
