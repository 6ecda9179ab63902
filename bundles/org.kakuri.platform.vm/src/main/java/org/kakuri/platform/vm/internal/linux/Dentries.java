package org.kakuri.platform.vm.internal.linux;

import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Names of files: dentries up to the root, across mounts (fs/d_path.c). */
final class Dentries {
    private static final int DEEPEST = 256;
    private static final int LONGEST_NAME = 255;
    private static final long PIPEFS = 0x50495045;
    private static final long SOCKFS = 0x534F434B;
    private static final long ANON_INODES = 0x09041934;

    private final KernelMemory memory;
    final Field parent;
    final Field inode;
    final Field name;
    final Field length;
    final Field hashed;
    final Field superblock;
    final Field magic;
    final int mountPart;
    final Field mountParent;
    final Field mountPoint;
    final Field mountRoot;

    Dentries(KernelMemory memory) {
        this.memory = memory;
        KernelModel model = memory.model();
        Struct dentry = Struct.of(model, "dentry");
        this.parent = dentry.field("d_parent");
        this.inode = dentry.field("d_inode");
        this.name = dentry.field("d_name.name");
        this.length = dentry.field("d_name.len");
        this.hashed = dentry.field("d_hash.pprev");
        this.superblock = dentry.field("d_sb");
        this.magic = Struct.of(model, "super_block").field("s_magic");
        Struct mount = Struct.of(model, "mount");
        this.mountPart = mount.offset("mnt");
        this.mountParent = mount.field("mnt_parent");
        this.mountPoint = mount.field("mnt_mountpoint");
        this.mountRoot = mount.field("mnt.mnt_root");
    }

    String name(long dentry) {
        int bytes = Math.min(LONGEST_NAME, Math.max(0, length.integer(memory, dentry)));
        return memory.text(name.get(memory, dentry), bytes);
    }

    /** Returns the path of a dentry seen through a vfsmount, as readlink in /proc shows it. */
    String path(long dentry, long vfsmount, long inodeNumber) {
        if (dentry == 0 || vfsmount == 0) {
            return "";
        }
        long kind = magic.get(memory, superblock.get(memory, dentry));
        if (kind == PIPEFS) {
            return "pipe:[%d]".formatted(inodeNumber);
        }
        if (kind == SOCKFS) {
            return "socket:[%d]".formatted(inodeNumber);
        }
        if (kind == ANON_INODES) {
            return "anon_inode:" + name(dentry);
        }
        boolean deleted = hashed.get(memory, dentry) == 0 && parent.get(memory, dentry) != dentry;
        return path(dentry, vfsmount - mountPart) + (deleted ? " (deleted)" : "");
    }

    /** Returns the path of a dentry in a mount, from the root of the namespace. */
    String path(long dentry, long mount) {
        StringBuilder path = new StringBuilder();
        long at = dentry;
        long in = mount;
        for (int i = 0; i < DEEPEST; i++) {
            long up = parent.get(memory, at);
            if (at == mountRoot.get(memory, in) || up == at) {
                long outer = mountParent.get(memory, in);
                if (outer == in || outer == 0) {
                    break;
                }
                at = mountPoint.get(memory, in);
                in = outer;
            } else {
                path.insert(0, "/" + name(at));
                at = up;
            }
        }
        return path.isEmpty() ? "/" : path.toString();
    }
}
