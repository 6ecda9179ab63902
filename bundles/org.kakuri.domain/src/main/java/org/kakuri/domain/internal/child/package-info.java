/**
 * The child's side: opens the session in the child's own framework and does what the parent asks.
 */
package org.kakuri.domain.internal.child;
