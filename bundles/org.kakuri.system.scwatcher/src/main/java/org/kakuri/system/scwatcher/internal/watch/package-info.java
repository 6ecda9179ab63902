/** Repeated looks at a guest: what changed between two, and what of it is an alarm. */
package org.kakuri.system.scwatcher.internal.watch;
