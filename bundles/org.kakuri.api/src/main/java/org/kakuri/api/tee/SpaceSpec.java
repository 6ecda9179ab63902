package org.kakuri.api.tee;

/**
 * An address space to make.
 *
 * @param name for people and traces
 */
public record SpaceSpec(String name) {}
