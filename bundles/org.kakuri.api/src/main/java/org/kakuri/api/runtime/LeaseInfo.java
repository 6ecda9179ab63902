package org.kakuri.api.runtime;

/**
 * A lease as a status command shows it.
 *
 * @param backend name of the backend
 * @param runtime name of the runtime
 * @param sessions open sessions under it
 * @param inFlight calls that are inside the backend or the runtime at this moment
 */
public record LeaseInfo(String backend, String runtime, int sessions, int inFlight) {}
