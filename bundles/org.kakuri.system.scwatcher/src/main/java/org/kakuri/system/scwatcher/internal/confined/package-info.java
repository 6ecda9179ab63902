/** A guest whose memory lies in an instance of a backend, and what of it the hypervisor gets to see. */
package org.kakuri.system.scwatcher.internal.confined;
