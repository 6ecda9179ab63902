/** Linux system calls by name and group, what descriptors lead to, and how often each call was made. */
@Export
@Version("1.0.0")
package org.kakuri.runtime.libos.calls;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
