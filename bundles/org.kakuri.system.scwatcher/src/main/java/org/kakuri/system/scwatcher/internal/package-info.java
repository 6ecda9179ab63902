/** SCwatcher's services, commands and experiments. */
package org.kakuri.system.scwatcher.internal;
