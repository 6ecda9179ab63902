/** Projects of third parties: making them, what they are built against, and installing what they build while all runs. */
package org.kakuri.shell.internal.plugin;
