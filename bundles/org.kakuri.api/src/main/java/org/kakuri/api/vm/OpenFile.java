package org.kakuri.api.vm;

/**
 * An open file.
 *
 * @param descriptor
 *            its number
 * @param path
 *            as readlink of /proc/PID/fd/N gives it: a path, {@code pipe:[7]}, {@code socket:[8]},
 *            {@code anon_inode:[eventfd]}
 * @param flags
 *            O_ flags
 * @param position
 *            offset in bytes
 * @param mode
 *            type and permissions of the inode
 * @param inode
 *            its number
 */
public record OpenFile(int descriptor, String path, int flags, long position, int mode, long inode) {}
