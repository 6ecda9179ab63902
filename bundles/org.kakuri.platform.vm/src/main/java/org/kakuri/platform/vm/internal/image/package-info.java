/** Recorded memory. */
package org.kakuri.platform.vm.internal.image;
