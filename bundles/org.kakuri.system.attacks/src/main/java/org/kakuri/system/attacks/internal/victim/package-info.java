/** The program that is attacked: finding it, starting it, asking it; and its memory as the host's operating system shows it. */
package org.kakuri.system.attacks.internal.victim;
