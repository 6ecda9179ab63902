/**
 * Which bundles a backend and a runtime run on, as jar files with their digests.
 */
package org.kakuri.domain.internal.closure;
