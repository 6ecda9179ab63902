/**
 * Physical memory: zones of addresses, backings placed into them, and the checkers that every access passes. A backend of an
 * architecture adds that architecture's checkers (TZASC, RMP, GPT) once for each machine, as a facility.
 */
@Export
@Version("1.1.0")
package org.kakuri.tee.model.memory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
