/**
 * What a shell command hands back beside its text.
 */
@Export
@Version("1.1.0")
package org.kakuri.api.command;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
