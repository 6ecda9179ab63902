package org.kakuri.platform.vm.internal.linux;

import org.kakuri.platform.vm.internal.kernel.KernelMemory;

/** Names of tasks as /proc shows them (fs/proc/array.c, proc_task_name). */
final class TaskNames {
    private static final int PF_WQ_WORKER = 0x20;
    private static final int PF_KTHREAD = 0x200000;
    private static final int COMM = 16;
    private static final int LONGEST = 64;

    private final KernelMemory memory;
    private final TaskFields fields;
    private final boolean longWorkerNames;

    TaskNames(KernelMemory memory, TaskFields fields) {
        this.memory = memory;
        this.fields = fields;
        // From 6.11 wq_worker_comm() makes the name itself and does not cut it.
        this.longWorkerNames = memory.model().find("format_worker_id").isPresent()
                || memory.model().find("format_worker_id.isra.0").isPresent()
                || atLeast(memory.model().release(), 6, 11);
    }

    private static boolean atLeast(String release, int major, int minor) {
        String[] parts = release.split("[^0-9]+");
        try {
            int first = Integer.parseInt(parts[0]);
            return first > major || first == major && Integer.parseInt(parts[1]) >= minor;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return false;
        }
    }

    String comm(long task) {
        return memory.text(task + fields.comm, COMM);
    }

    String name(long task, int flags) {
        String comm = comm(task);
        if ((flags & PF_KTHREAD) == 0) {
            return comm;
        }
        long kthread = fields.worker.get(memory, task);
        if (kthread == 0) {
            return comm;
        }
        long fullName = fields.kthreadName.get(memory, kthread);
        boolean worker = (flags & PF_WQ_WORKER) != 0;
        String name = fullName != 0 && (!worker || longWorkerNames) ? memory.text(fullName, LONGEST) : comm;
        return worker ? name + work(kthread) : name;
    }

    private String work(long kthread) {
        long worker = fields.kthreadData.get(memory, kthread);
        if (worker == 0 || fields.workerPool.get(memory, worker) == 0) {
            return "";
        }
        String description = memory.text(worker + fields.workerDescription, fields.workerDescriptionBytes);
        if (description.isEmpty()) {
            return "";
        }
        return (fields.workerCurrent.get(memory, worker) != 0 ? "+" : "-") + description;
    }
}
