package org.kakuri.api.vm;

/**
 * A mount.
 *
 * @param id
 *            its number
 * @param device
 *            what is mounted
 * @param point
 *            where, seen from the namespace's root
 * @param type
 *            file system
 * @param options
 *            flags of the mount and the file system, without what a file system adds itself
 */
public record GuestMount(int id, String device, String point, String type, String options) {}
