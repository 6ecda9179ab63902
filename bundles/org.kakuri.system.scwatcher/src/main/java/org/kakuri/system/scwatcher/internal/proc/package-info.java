/** The content of a guest's /proc, made from its memory: one model for runtimes, for a FUSE mount and for tests. */
package org.kakuri.system.scwatcher.internal.proc;
