package org.kakuri.api.tee;

/**
 * A context to add.
 *
 * @param name for people and traces
 * @param code what it executes
 */
public record ContextSpec(String name, InsideCode code) {}
