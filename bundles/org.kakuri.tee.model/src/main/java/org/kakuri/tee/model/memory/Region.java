package org.kakuri.tee.model.memory;

import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Range;

/**
 * A backing at its place in the physical address space.
 *
 * @param label whose memory it is, for people
 * @param range where it lies
 * @param backing the bytes
 */
public record Region(String label, Range range, Backing backing) {}
