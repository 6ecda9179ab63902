/**
 * What SCONE calls shields of the network and of the console: what an unmodified program sends in the clear leaves as TLS, or as
 * authenticated records. File system shields are in {@code image}.
 */
package org.kakuri.runtime.libos.shield;
