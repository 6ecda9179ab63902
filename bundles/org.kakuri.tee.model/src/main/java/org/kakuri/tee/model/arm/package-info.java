/**
 * The Arm machine: what stands between the two worlds and what only the secure one reaches. It belongs to the machine, not to a
 * backend: backends of the architecture share it, and it outlives the update of any of them.
 */
@Export
@Version("1.0.0")
package org.kakuri.tee.model.arm;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
