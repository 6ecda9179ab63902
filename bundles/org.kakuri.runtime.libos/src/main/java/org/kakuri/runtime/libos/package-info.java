/**
 * What runtimes that stand for library operating systems have in common: sessions, guests, one TEE instance with its
 * thread, routing of system calls, the clock that says where time went.
 */
@Export
@Version("1.0.0")
package org.kakuri.runtime.libos;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
