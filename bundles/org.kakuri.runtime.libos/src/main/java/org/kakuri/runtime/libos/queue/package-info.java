/** The queue by which system calls leave an instance without a crossing: slots in shared memory, host threads, who waits. */
@Export
@Version("1.0.0")
package org.kakuri.runtime.libos.queue;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
