package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.Walk;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.Struct;

/**
 * The processes, by two ways that a rootkit must both cut: the list through all tasks, and the numbers that /proc itself is
 * made from (init_pid_ns.idr).
 */
final class TaskTable {
    private static final int MOST = 65_536;
    private static final int TGID = 1;

    private final KernelMemory memory;
    private final TaskFields fields;
    private final TaskReader reader;
    private final Xarray xarray;
    private final int initPidNs;
    private final int pidTasks;

    TaskTable(KernelMemory memory, TaskFields fields) {
        this.memory = memory;
        this.fields = fields;
        this.reader = new TaskReader(memory, fields);
        this.xarray = new Xarray(memory);
        Struct namespace = Struct.of(memory.model(), "pid_namespace");
        Field head = namespace.field("idr.idr_rt.xa_head");
        this.initPidNs = head.offset();
        Struct pid = Struct.of(memory.model(), "pid");
        this.pidTasks = pid.offset("tasks");
    }

    /** Which ways led to a task. */
    private static final class Found {
        private boolean listed;
        private boolean numbered;
    }

    Walk<GuestTask> walk() {
        Skips skips = new Skips();
        Map<Long, Found> tasks = new LinkedHashMap<>();
        listed(tasks, skips);
        numbered(tasks, skips);
        List<GuestTask> rows = new ArrayList<>(tasks.size());
        tasks.forEach((task, found) -> {
            try {
                rows.add(reader.read(task, found.listed, found.numbered, skips));
            } catch (GuestFault bad) {
                skips.add("task_struct", task, bad.getMessage());
            }
        });
        rows.sort(Comparator.comparingInt(GuestTask::pid));
        return new Walk<>(rows, skips.list());
    }

    private void listed(Map<Long, Found> tasks, Skips skips) {
        long head = memory.symbol("init_task") + fields.tasks;
        new Chain(memory, skips, "task_struct.tasks", MOST).circular(head,
                node -> tasks.computeIfAbsent(node - fields.tasks, _ -> new Found()).listed = true);
    }

    private void numbered(Map<Long, Found> tasks, Skips skips) {
        long root = memory.u64(memory.symbol("init_pid_ns") + initPidNs);
        xarray.each(root, skips, (_, pid) -> {
            // Leaders only: a thread's number has no task of this kind.
            long link = memory.u64(pid + pidTasks + 8L * TGID);
            if (link != 0 && tasks.size() < MOST) {
                tasks.computeIfAbsent(link - fields.pidLinks - 16L * TGID, _ -> new Found()).numbered = true;
            }
        });
    }
}
