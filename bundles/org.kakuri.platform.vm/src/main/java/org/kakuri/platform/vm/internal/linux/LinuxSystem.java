package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.kakuri.api.Refused;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestFile;
import org.kakuri.api.vm.GuestModule;
import org.kakuri.api.vm.GuestMount;
import org.kakuri.api.vm.GuestSocket;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.GuestTask.TaskMemory;
import org.kakuri.api.vm.GuestTotals;
import org.kakuri.api.vm.HeldSocket;
import org.kakuri.api.vm.KernelInfo;
import org.kakuri.api.vm.OpenFile;
import org.kakuri.api.vm.TaskPaths;
import org.kakuri.api.vm.Walk;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.KernelPlace;

/** A Linux kernel that was found. */
public final class LinuxSystem implements GuestSystem {
    private static final int MOST_TEXT = 128 << 10;
    private static final int PAGE = 4096;

    private final KernelMemory memory;
    private final TaskTable tasks;
    private final SocketTable sockets;
    private final FileTable files;
    private final MountTable mounts;
    private final ModuleTable modules;
    private final Totals totals;
    private final FileTree tree;

    /** Looks all structures up. */
    public LinuxSystem(KernelMemory memory) {
        this.memory = memory;
        TaskFields fields = new TaskFields(memory.model());
        Dentries dentries = new Dentries(memory);
        this.tasks = new TaskTable(memory, fields);
        this.sockets = new SocketTable(memory);
        this.files = new FileTable(memory, fields, dentries);
        this.mounts = new MountTable(memory, fields, dentries);
        this.modules = new ModuleTable(memory);
        this.totals = new Totals(memory);
        this.tree = new FileTree(memory, dentries, mounts);
    }

    @Override
    public KernelInfo kernel() {
        KernelModel model = memory.model();
        KernelPlace place = memory.place();
        String banner = whole("version line", () -> memory.text(memory.symbol("linux_banner"), 512));
        return new KernelInfo(banner, model.release(), place.textVirtual(),
                place.textPhysical(), place.pageOffset(), place.levels(), model.btf().count(), model.symbolCount());
    }

    @Override
    public Walk<GuestTask> tasks() {
        return tasks.walk();
    }

    /** As fs/proc/base.c, get_mm_cmdline: a process that has overwritten the end of its arguments has renamed itself. */
    @Override
    public byte[] arguments(GuestTask task) {
        TaskMemory space = task.memory();
        byte[] text = user(space, space.arguments(), space.argumentsEnd());
        if (text.length == 0 || text[text.length - 1] == 0) {
            return text;
        }
        long end = space.environment() == space.argumentsEnd() ? space.environmentEnd() : space.argumentsEnd();
        byte[] title = user(space, space.arguments(), Math.min(end, space.arguments() + PAGE));
        for (int i = 0; i < title.length; i++) {
            if (title[i] == 0) {
                return Arrays.copyOf(title, i + 1);
            }
        }
        return title;
    }

    @Override
    public byte[] environment(GuestTask task) {
        TaskMemory space = task.memory();
        return user(space, space.environment(), space.environmentEnd());
    }

    private byte[] user(TaskMemory space, long from, long to) {
        if (space.root() <= 0 || from <= 0 || to <= from) {
            return new byte[0];
        }
        try {
            return memory.user(space.root(), from, (int) Math.min(MOST_TEXT, to - from));
        } catch (GuestFault bad) {
            return new byte[0];
        }
    }

    @Override
    public TaskPaths paths(GuestTask task) {
        return files.paths(task);
    }

    @Override
    public Walk<OpenFile> files(GuestTask task) {
        return files.open(task);
    }

    @Override
    public Walk<GuestSocket> sockets() {
        return sockets.walk();
    }

    @Override
    public Walk<HeldSocket> sockets(GuestTask task) {
        Skips skips = new Skips();
        List<HeldSocket> rows = new ArrayList<>();
        for (FileTable.Open open : files.sockets(task, skips)) {
            try {
                sockets.of(open.descriptor(), open.inode()).ifPresent(rows::add);
            } catch (GuestFault bad) {
                skips.add("socket", open.inode(), bad.getMessage());
            }
        }
        return new Walk<>(rows, skips.list());
    }

    @Override
    public Walk<GuestMount> mounts() {
        return mounts.walk();
    }

    @Override
    public Walk<GuestModule> modules() {
        return modules.walk();
    }

    @Override
    public GuestTotals totals() {
        return whole("times and memory", totals::read);
    }

    @Override
    public Optional<List<GuestFile>> list(String path) {
        return whole(path, () -> tree.list(path));
    }

    @Override
    public Optional<byte[]> content(String path, int limit) {
        return whole(path, () -> tree.content(path, limit));
    }

    /** What is one answer cannot be given in part. */
    private static <T> T whole(String what, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (GuestFault bad) {
            throw new Refused("the guest's %s cannot be read: %s".formatted(what, bad.getMessage()),
                    "its memory is damaged, or changes: pause it", bad);
        }
    }
}
