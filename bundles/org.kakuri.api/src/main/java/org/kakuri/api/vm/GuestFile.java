package org.kakuri.api.vm;

/**
 * A file of the guest.
 *
 * @param name
 *            in its folder
 * @param mode
 *            type and permissions
 * @param uid
 *            owner
 * @param gid
 *            group
 * @param bytes
 *            size
 * @param inode
 *            its number
 * @param link
 *            where a symbolic link points; empty otherwise
 */
public record GuestFile(String name, int mode, int uid, int gid, long bytes, long inode, String link) {
    /** Returns whether it is a folder. */
    public boolean directory() {
        return (mode & 0xf000) == 0x4000;
    }
}
