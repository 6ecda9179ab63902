/**
 * Experiments as services: parameters, trials, arms and claims. An experiment measures; the engine decides how often,
 * in which order, and what the numbers say.
 */
@Export
@Version("1.1.0")
package org.kakuri.api.experiment;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
