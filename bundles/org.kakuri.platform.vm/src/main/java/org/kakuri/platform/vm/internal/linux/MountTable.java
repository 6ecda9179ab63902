package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMount;
import org.kakuri.api.vm.Walk;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Mounts of the first process's namespace: a list to 6.7, a tree (mnt_namespace.mounts) from 6.8. */
final class MountTable {
    private static final int MOST = 10_000;
    /** A balanced tree of so many is not half as deep. */
    private static final int DEEPEST = 64;
    private static final String[] FILE_SYSTEM_FLAGS = {"16 sync", "128 dirsync", "64 mand", "33554432 lazytime"};
    private static final String[] MOUNT_FLAGS = {"1 nosuid", "2 nodev", "4 noexec", "8 noatime", "16 nodiratime",
        "32 relatime", "128 nosymfollow"};

    private final KernelMemory memory;
    private final TaskFields tasks;
    private final Dentries dentries;
    private final Field namespaceOf;
    private final boolean tree;
    private final int head;
    private final int node;
    private final Field left;
    private final Field right;
    private final Field id;
    private final Field device;
    private final Field flags;
    private final Field superblock;
    private final Field root;
    private final Field superFlags;
    private final Field type;
    private final Field subtype;
    private final Field typeName;

    MountTable(KernelMemory memory, TaskFields tasks, Dentries dentries) {
        this.memory = memory;
        this.tasks = tasks;
        this.dentries = dentries;
        KernelModel model = memory.model();
        this.namespaceOf = Struct.of(model, "nsproxy").field("mnt_ns");
        Struct namespace = Struct.of(model, "mnt_namespace");
        Struct mount = Struct.of(model, "mount");
        this.tree = namespace.has("mounts.rb_node");
        this.head = namespace.offset(tree ? "mounts.rb_node" : "list");
        this.node = mount.offset(tree ? "mnt_node" : "mnt_list");
        Struct rb = Struct.of(model, "rb_node");
        this.left = rb.field("rb_left");
        this.right = rb.field("rb_right");
        this.id = mount.field("mnt_id");
        this.device = mount.field("mnt_devname");
        this.flags = mount.field("mnt.mnt_flags");
        this.superblock = mount.field("mnt.mnt_sb");
        this.root = mount.field("mnt.mnt_root");
        Struct block = Struct.of(model, "super_block");
        this.superFlags = block.field("s_flags");
        this.type = block.field("s_type");
        this.subtype = block.field("s_subtype");
        this.typeName = Struct.of(model, "file_system_type").field("name");
    }

    Walk<GuestMount> walk() {
        Skips skips = new Skips();
        List<GuestMount> rows = new ArrayList<>();
        each(skips, mount -> {
            if (superblock.get(memory, mount) != 0) {
                rows.add(row(mount));
            }
        });
        return new Walk<>(rows, skips.list());
    }

    /** Visits the mounts by address. */
    void each(Skips skips, LongConsumer mount) {
        try {
            long first = memory.u64(memory.symbol("init_task") + tasks.tasks) - tasks.tasks;
            long namespace = namespaceOf.get(memory, tasks.nsproxy.get(memory, first));
            if (tree) {
                inOrder(memory.u64(namespace + head), 0, new HashSet<>(), skips, mount);
            } else {
                new Chain(memory, skips, "mnt_namespace.list", MOST).circular(namespace + head,
                        at -> mount.accept(at - node));
            }
        } catch (GuestFault bad) {
            skips.add("mnt_namespace", 0, bad.getMessage());
        }
    }

    private void inOrder(long at, int depth, Set<Long> seen, Skips skips, LongConsumer mount) {
        if (at == 0) {
            return;
        }
        if (depth > DEEPEST || !seen.add(at) || seen.size() > MOST) {
            skips.add("mnt_namespace.mounts", at, "the tree turns back on itself");
            return;
        }
        try {
            inOrder(left.get(memory, at), depth + 1, seen, skips, mount);
            mount.accept(at - node);
            inOrder(right.get(memory, at), depth + 1, seen, skips, mount);
        } catch (GuestFault bad) {
            skips.add("mount.mnt_node", at, bad.getMessage());
        }
    }

    private GuestMount row(long mount) {
        long block = superblock.get(memory, mount);
        long fileSystem = type.get(memory, block);
        String kind = memory.text(typeName.get(memory, fileSystem), 32);
        long sub = subtype.get(memory, block);
        String full = sub == 0 ? kind : kind + "." + memory.text(sub, 32);
        long name = device.get(memory, mount);
        return new GuestMount(id.integer(memory, mount), name == 0 ? "none" : memory.text(name, 256),
                dentries.path(root.get(memory, mount), mount), full, options(mount, block));
    }

    private String options(long mount, long block) {
        long own = flags.get(memory, mount);
        long shared = superFlags.get(memory, block);
        StringBuilder text = new StringBuilder((own & 0x40) != 0 || (shared & 1) != 0 ? "ro" : "rw");
        append(text, FILE_SYSTEM_FLAGS, shared);
        append(text, MOUNT_FLAGS, own);
        return text.toString();
    }

    private static void append(StringBuilder text, String[] names, long flags) {
        for (String name : names) {
            int space = name.indexOf(' ');
            if ((flags & Long.parseLong(name.substring(0, space))) != 0) {
                text.append(',').append(name.substring(space + 1));
            }
        }
    }
}
