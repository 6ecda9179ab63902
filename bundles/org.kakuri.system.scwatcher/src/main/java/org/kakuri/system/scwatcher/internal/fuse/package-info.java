/** A file system in user space over the kernel's own protocol (Linux, include/uapi/linux/fuse.h), read-only. */
package org.kakuri.system.scwatcher.internal.fuse;
