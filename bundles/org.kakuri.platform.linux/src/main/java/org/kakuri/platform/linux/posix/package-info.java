/**
 * The POSIX calls that a layer for guests needs, executed here or by another process over a call page. One table,
 * {@link org.kakuri.platform.linux.posix.PosixOp}, says how each call is marshalled, so that both sides agree.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.kakuri.platform.linux.posix;
