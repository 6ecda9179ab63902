/**
 * Virtual machines that are looked at from outside: starting and pausing them, their physical memory, and what a Linux
 * kernel in that memory says about its processes, sockets, files and times, found without any help from inside.
 */
@Export
@Version("1.1.0")
package org.kakuri.api.vm;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
