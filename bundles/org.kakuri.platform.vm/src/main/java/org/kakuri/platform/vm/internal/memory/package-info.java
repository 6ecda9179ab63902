/** Physical memory of guests: mapped, and addresses in it. */
package org.kakuri.platform.vm.internal.memory;
