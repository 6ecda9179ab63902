/**
 * Runs experiments and tells what their numbers say. The engine decides how often and in which order arms are measured, keeps
 * every block with its label and its events in a result folder, and judges the claims. What it hands out are records; a
 * {@link org.kakuri.engine.RunReport} is always computed from the result folder's content, so that a stored result and the
 * run that wrote it say the same.
 */
@Export
@Version("1.1.0")
package org.kakuri.engine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
