/**
 * Words, rings and call pages in memory shared by two processes, with a wait that adapts: spin, yield, then sleep on a
 * futex. The peer is treated as hostile: what it writes is copied once, then checked. One thread per side.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.kakuri.platform.linux.ring;
