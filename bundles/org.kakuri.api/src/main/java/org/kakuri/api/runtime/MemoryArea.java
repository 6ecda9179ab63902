package org.kakuri.api.runtime;

import org.kakuri.api.tee.Range;

/**
 * Memory of an instance as its session knows it; crosses process borders.
 *
 * @param instance identity of the instance
 * @param purpose what lies there, for people: {@code image}, {@code memory of guest 1}
 * @param guest guest addresses
 * @param physical physical addresses on the session's machine
 */
public record MemoryArea(long instance, String purpose, Range guest, Range physical) {}
