/**
 * The tables of a Linux kernel, read from its memory. Each class knows the structures of one; what it needs of them is looked up
 * when it is made, so that an unknown layout is refused before anything is read. All walks are bounded and none follows a cycle.
 */
package org.kakuri.platform.vm.internal.linux;
