/** Decoders of what kernels and memory images are compressed with. All check every index; none trusts a size. */
package org.kakuri.platform.vm.internal.compress;
