/**
 * The parent's side: starts domain hosts, watches over them, and stands in for their sessions.
 */
package org.kakuri.domain.internal.host;
