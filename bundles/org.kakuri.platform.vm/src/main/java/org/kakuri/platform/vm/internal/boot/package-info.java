/** What a guest boots from: kernels of this machine, and an initramfs made here. */
package org.kakuri.platform.vm.internal.boot;
