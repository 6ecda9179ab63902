/**
 * What experiments have in common that run one program natively, in a runtime with an instance for each process and in one with one
 * instance for all: arms with the wall clock and where it went, arms with counted events at assumed prices, parameters, claims.
 */
@Export
@Version("1.0.0")
package org.kakuri.comparison;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
