package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.OpenFile;
import org.kakuri.api.vm.TaskPaths;
import org.kakuri.api.vm.Walk;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Open files and paths of a process. */
final class FileTable {
    private static final int MOST = 65_536;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFSOCK = 0xc000;

    private final KernelMemory memory;
    private final TaskFields tasks;
    private final Dentries dentries;
    private final Field table;
    private final Field slots;
    private final Field size;
    private final Field pathMount;
    private final Field pathDentry;
    private final Field inode;
    private final Field flags;
    private final Field position;
    private final Field mode;
    private final Field number;
    private final Field executable;
    private final int root;
    private final int directory;
    private final int mountInPath;
    private final int dentryInPath;

    FileTable(KernelMemory memory, TaskFields tasks, Dentries dentries) {
        this.memory = memory;
        this.tasks = tasks;
        this.dentries = dentries;
        KernelModel model = memory.model();
        this.table = Struct.of(model, "files_struct").field("fdt");
        Struct fdtable = Struct.of(model, "fdtable");
        this.slots = fdtable.field("fd");
        this.size = fdtable.field("max_fds");
        Struct file = Struct.of(model, "file");
        this.pathMount = file.field("f_path.mnt");
        this.pathDentry = file.field("f_path.dentry");
        this.inode = file.field("f_inode");
        this.flags = file.field("f_flags");
        this.position = file.field("f_pos");
        Struct node = Struct.of(model, "inode");
        this.mode = node.field("i_mode");
        this.number = node.field("i_ino");
        this.executable = Struct.of(model, "mm_struct").field("exe_file");
        Struct fs = Struct.of(model, "fs_struct");
        this.root = fs.offset("root");
        this.directory = fs.offset("pwd");
        Struct path = Struct.of(model, "path");
        this.mountInPath = path.offset("mnt");
        this.dentryInPath = path.offset("dentry");
    }

    TaskPaths paths(GuestTask task) {
        String program = attempt(() -> {
            long file = task.memory().space() == 0 ? 0 : executable.get(memory, task.memory().space());
            return file == 0 ? "" : path(file);
        });
        return new TaskPaths(program, attempt(() -> place(task, directory)), attempt(() -> place(task, root)));
    }

    private interface Read {
        String get();
    }

    private static String attempt(Read read) {
        try {
            return read.get();
        } catch (GuestFault bad) {
            return "";
        }
    }

    private String place(GuestTask task, int which) {
        long fs = tasks.fs.get(memory, task.address());
        if (fs == 0) {
            return "";
        }
        return dentries.path(memory.u64(fs + which + dentryInPath), memory.u64(fs + which + mountInPath), 0);
    }

    private String path(long file) {
        long node = inode.get(memory, file);
        return dentries.path(pathDentry.get(memory, file), pathMount.get(memory, file),
                node == 0 ? 0 : number.get(memory, node));
    }

    Walk<OpenFile> open(GuestTask task) {
        Skips skips = new Skips();
        List<OpenFile> rows = new ArrayList<>();
        each(task, skips, (descriptor, file) -> {
            long node = inode.get(memory, file);
            rows.add(new OpenFile(descriptor, path(file), flags.integer(memory, file), position.get(memory, file),
                    mode.integer(memory, node), number.get(memory, node)));
        });
        return new Walk<>(rows, skips.list());
    }

    /**
     * An open file of a process.
     *
     * @param descriptor its number
     * @param inode address of its inode
     */
    record Open(int descriptor, long inode) {}

    /** Returns the open files that are sockets. */
    List<Open> sockets(GuestTask task, Skips skips) {
        List<Open> rows = new ArrayList<>();
        each(task, skips, (descriptor, file) -> {
            long node = inode.get(memory, file);
            if ((mode.integer(memory, node) & S_IFMT) == S_IFSOCK) {
                rows.add(new Open(descriptor, node));
            }
        });
        return rows;
    }

    private interface Visit {
        void file(int descriptor, long file);
    }

    private void each(GuestTask task, Skips skips, Visit visit) {
        try {
            long files = tasks.files.get(memory, task.address());
            if (files == 0) {
                return;
            }
            long fdtable = table.get(memory, files);
            long array = slots.get(memory, fdtable);
            int count = Math.min(MOST, Math.max(0, size.integer(memory, fdtable)));
            for (int i = 0; i < count; i++) {
                long file = memory.u64(array + 8L * i);
                if (file != 0) {
                    one(visit, i, file, skips);
                }
            }
        } catch (GuestFault bad) {
            skips.add("files_struct of pid " + task.pid(), task.address(), bad.getMessage());
        }
    }

    private static void one(Visit visit, int descriptor, long file, Skips skips) {
        try {
            visit.file(descriptor, file);
        } catch (GuestFault bad) {
            skips.add("file", file, bad.getMessage());
        }
    }
}
