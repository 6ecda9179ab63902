/**
 * Trusted applications in Java and their clients, in GlobalPlatform's terms.
 * <p>
 * Lock order: the machine's {@link org.kakuri.tee.trustzone.internal.gp.Turns}, then an instance's gate.
 */
package org.kakuri.tee.trustzone.internal.gp;
