/**
 * What a shell command hands back beside its text.
 */
@Export
@Version("1.2.0")
package org.kakuri.api.command;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
