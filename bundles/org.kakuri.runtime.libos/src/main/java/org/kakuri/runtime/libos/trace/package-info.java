/**
 * Tracing of a tree of processes by ptrace and by seccomp user notification, without policy: a
 * {@link org.kakuri.runtime.libos.trace.Supervisor} decides. Everything of one tree happens on one platform thread,
 * because Linux binds tracees to the thread that attached to them.
 */
@Export
@Version("1.0.0")
package org.kakuri.runtime.libos.trace;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
