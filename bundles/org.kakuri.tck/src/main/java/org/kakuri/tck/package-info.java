/**
 * The contract that backends and runtimes keep, as checks that are data: an id, the rule in one sentence, the capabilities it
 * presumes, and a body. Nothing here needs a test framework: the same checks run in unit tests, in a container and in the
 * shell, against whatever is installed.
 */
@Export
@Version("1.0.0")
package org.kakuri.tck;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
