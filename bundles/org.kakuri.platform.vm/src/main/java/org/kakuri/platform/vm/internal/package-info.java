/** The machines there are, their commands, and the service that introspects them. */
package org.kakuri.platform.vm.internal;
