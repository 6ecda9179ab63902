/**
 * What guests are loaded from: ELF files and the libraries they need, root file systems, encrypted images and volumes.
 */
@Export
@Version("1.0.0")
package org.kakuri.runtime.libos.image;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
