/**
 * Linux as typed Java: descriptors, processes, signals, mappings, futexes and what else the workbench needs of the kernel,
 * bound with {@code java.lang.foreign} to glibc on x86-64 and AArch64.
 * <p>
 * Conventions. A call that fails throws {@link org.kakuri.platform.linux.NativeException}; a method whose name ends in
 * {@code Raw} returns {@code -errno} instead; without a path it allocates (almost) nothing once compiled. errno is captured in memory that
 * belongs to the calling thread. Throwing methods repeat a call interrupted by a signal (EINTR), raw ones return it.
 * What must be closed is {@link AutoCloseable} and closes once. Every descriptor made here is close-on-exec. Buffers are
 * native segments; a call that may block is never "critical", so it does not hold up the garbage collector, but it pins a
 * virtual thread: call it from a platform thread.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package org.kakuri.platform.linux;
