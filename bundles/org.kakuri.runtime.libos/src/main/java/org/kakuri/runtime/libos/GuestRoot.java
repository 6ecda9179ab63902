package org.kakuri.runtime.libos;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.platform.linux.Errno;
import org.kakuri.runtime.libos.trace.Injector;
import org.kakuri.runtime.libos.trace.Launch;

/**
 * Gives a new process a file system of its own: a private mount namespace, so that nothing that is mounted here
 * outlives the process or is seen by others. Needs CAP_SYS_ADMIN, or user namespaces for ordinary users.
 *
 * @param folder the root file system; {@code /} keeps this machine's own
 * @param readOnly whether it cannot be written
 * @param binds folders of this machine by guest path
 * @param tmpfs guest paths of folders in memory
 */
record GuestRoot(Path folder, boolean readOnly, Map<String, Path> binds, List<String> tmpfs)
        implements
            Launch.Preparation {
    private static final int CLOSE = 3;
    private static final int CHDIR = 80;
    private static final int CHROOT = 161;
    private static final int MOUNT = 165;
    private static final int UNSHARE = 272;
    private static final int OPEN_TREE = 428;
    private static final int MOVE_MOUNT = 429;
    private static final int MOUNT_SETATTR = 442;
    private static final long CLONE_REC_CLOEXEC = 1 | 0x8000 | 0x80000;
    private static final long MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final long CLONE_NEWNS = 0x20000;
    private static final long CLONE_NEWUSER = 0x10000000;
    private static final long MS_BIND_REC = 0x5000;
    private static final long MS_REC_PRIVATE = 0x44000;
    private static final long MS_NOSUID_NODEV = 6;
    private static final int AT_FDCWD = -100;
    private static final long AT_RECURSIVE = 0x8000;
    private static final long MOUNT_ATTR_RDONLY = 1;
    private static final int MOUNT_ATTR_BYTES = 32;
    /** What programs expect to find of the machine. */
    private static final List<String> OF_THE_MACHINE = List.of("/proc", "/dev");

    /** Copies the collections. */
    GuestRoot {
        binds = new LinkedHashMap<>(binds);
        tmpfs = List.copyOf(tmpfs);
    }

    private boolean own() {
        return folder.toString().equals("/");
    }

    @Override
    public void prepare(Injector injector) {
        unshare(injector);
        require("mount namespace", injector.call(MOUNT, 0, injector.text("/"), 0, MS_REC_PRIVATE, 0));
        // taken before anything is covered or made read-only
        Map<String, Long> taken = new LinkedHashMap<>();
        binds.forEach((guest, host) -> {
            long tree = injector.call(OPEN_TREE, AT_FDCWD, injector.text(host.toString()), CLONE_REC_CLOEXEC);
            require("taking " + host, tree);
            taken.put(guest, tree);
        });
        if (!own()) {
            bind(injector, folder.toString(), folder.toString());
        }
        if (readOnly) {
            byte[] attributes = ByteBuffer.allocate(MOUNT_ATTR_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(MOUNT_ATTR_RDONLY)
                    .array();
            require("mount_setattr of " + folder, injector.call(MOUNT_SETATTR, AT_FDCWD,
                    injector.text(folder.toString()), AT_RECURSIVE, injector.bytes(attributes), MOUNT_ATTR_BYTES));
        }
        if (!own()) {
            for (String path : OF_THE_MACHINE) {
                if (Files.isDirectory(inside(path))) {
                    bind(injector, path, inside(path).toString());
                }
            }
        }
        List<String> points = new ArrayList<>(tmpfs);
        points.forEach(path -> require("tmpfs on " + path, injector.call(MOUNT, injector.text("tmpfs"),
                injector.text(point(path)), injector.text("tmpfs"), MS_NOSUID_NODEV, 0)));
        taken.forEach((guest, tree) -> {
            require("putting a folder at " + guest, injector.call(MOVE_MOUNT, tree, injector.text(""), AT_FDCWD,
                    injector.text(point(guest)), MOVE_MOUNT_F_EMPTY_PATH));
            injector.call(CLOSE, tree);
        });
        if (!own()) {
            require("chroot to " + folder, injector.call(CHROOT, injector.text(folder.toString())));
        }
        require("chdir", injector.call(CHDIR, injector.text("/")));
    }

    private void unshare(Injector injector) {
        long r = injector.call(UNSHARE, CLONE_NEWNS);
        if (r == -Errno.EPERM) {
            require("a user namespace", injector.call(UNSHARE, CLONE_NEWUSER | CLONE_NEWNS));
            mapUser(injector.pid());
            return;
        }
        require("a mount namespace", r);
    }

    private static void mapUser(int pid) {
        try {
            int user = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            int group = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
            Path proc = Path.of("/proc/" + pid);
            Files.writeString(proc.resolve("setgroups"), "deny");
            Files.writeString(proc.resolve("uid_map"), "%d %d 1".formatted(user, user));
            Files.writeString(proc.resolve("gid_map"), "%d %d 1".formatted(group, group));
        } catch (IOException e) {
            throw new Unsupported("a user namespace cannot be set up: " + e.getMessage(),
                    "run as root, or allow unprivileged user namespaces", e);
        }
    }

    private Path inside(String guest) {
        return folder.resolve(guest.substring(1));
    }

    private String point(String guest) {
        Path at = inside(guest);
        if (!Files.isDirectory(at)) {
            throw new Refused("nothing can be mounted at %s: the image has no such folder".formatted(guest),
                    "make the folder in the image");
        }
        return at.toString();
    }

    private static void bind(Injector injector, String from, String to) {
        require("bind of %s to %s".formatted(from, to),
                injector.call(MOUNT, injector.text(from), injector.text(to), 0, MS_BIND_REC, 0));
    }

    private static void require(String what, long result) {
        if (result < 0) {
            throw new Unsupported("%s is not possible here: %s".formatted(what, Errno.name((int) -result)),
                    "run as root, or allow unprivileged user namespaces");
        }
    }
}
