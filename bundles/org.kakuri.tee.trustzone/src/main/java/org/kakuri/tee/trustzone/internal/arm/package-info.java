/** The Arm machine: what stands between the two worlds and what only the secure one reaches. */
package org.kakuri.tee.trustzone.internal.arm;
