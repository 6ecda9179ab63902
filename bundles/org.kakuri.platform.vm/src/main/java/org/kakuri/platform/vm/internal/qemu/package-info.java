/** Guests under QEMU: started here, or the user's. */
package org.kakuri.platform.vm.internal.qemu;
