package org.kakuri.system.scwatcher.internal.proc;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kakuri.api.vm.GuestModule;
import org.kakuri.api.vm.GuestMount;
import org.kakuri.api.vm.GuestSocket;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.GuestTotals;
import org.kakuri.api.vm.KernelInfo;

/**
 * A guest at one moment.
 *
 * @param kernel its kernel
 * @param tasks processes by pid
 * @param arguments command line of each process, by pid
 * @param sockets in the order of the kernel's tables
 * @param mounts of the first process
 * @param modules loaded
 * @param totals times and memory
 */
public record Moment(KernelInfo kernel, SortedMap<Integer, GuestTask> tasks, SortedMap<Integer, byte[]> arguments,
        List<GuestSocket> sockets, List<GuestMount> mounts, List<GuestModule> modules, GuestTotals totals) {

    /** Reads it; the guest had better stand still meanwhile. */
    public static Moment read(GuestSystem system) {
        SortedMap<Integer, GuestTask> tasks = new TreeMap<>();
        SortedMap<Integer, byte[]> arguments = new TreeMap<>();
        for (GuestTask task : system.tasks().rows()) {
            tasks.put(task.pid(), task);
            arguments.put(task.pid(), system.arguments(task));
        }
        return new Moment(system.kernel(), tasks, arguments, system.sockets().rows(), system.mounts().rows(),
                system.modules().rows(), system.totals());
    }
}
