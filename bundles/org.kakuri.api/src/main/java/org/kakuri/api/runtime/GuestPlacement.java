package org.kakuri.api.runtime;

/**
 * Where a guest process lives.
 *
 * @param hostPid process of this machine that executes it
 * @param instance identity of its instance; 0 if it has none
 * @param addressSpace identity of its address space within the instance
 * @param contexts how many contexts execute it
 */
public record GuestPlacement(long hostPid, long instance, long addressSpace, int contexts) {}
