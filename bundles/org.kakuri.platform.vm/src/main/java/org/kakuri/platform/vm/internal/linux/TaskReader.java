package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.GuestTask.GuestThread;
import org.kakuri.api.vm.GuestTask.TaskIds;
import org.kakuri.api.vm.GuestTask.TaskSchedule;
import org.kakuri.api.vm.GuestTask.TaskSignals;
import org.kakuri.api.vm.GuestTask.TaskTimes;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;

/** Reads one process (fs/proc/array.c, do_task_stat and proc_pid_status). */
final class TaskReader {
    private static final int MOST_THREADS = 32768;
    private static final int PF_KTHREAD = 0x200000;
    private static final int PGID = 2;
    private static final int SID = 3;
    private static final int IDLE = 0x402;
    private static final int RTLOCK_WAIT = 0x1000;
    private static final int FROZEN = 0x8000;
    private static final String STATES = "RSDTtXZPI";
    private static final int MAX_RT_PRIO = 100;
    private static final int DEFAULT_PRIO = 120;
    private static final long IGNORE = 1;

    private final KernelMemory memory;
    private final TaskFields fields;
    private final TaskNames names;
    private final MemoryReader spaces;
    private final OwnerReader owners;

    TaskReader(KernelMemory memory, TaskFields fields) {
        this.memory = memory;
        this.fields = fields;
        this.names = new TaskNames(memory, fields);
        this.spaces = new MemoryReader(memory);
        this.owners = new OwnerReader(memory);
    }

    GuestTask read(long task, boolean listed, boolean numbered, Skips skips) {
        int pid = fields.tgid.integer(memory, task);
        if (pid <= 0) {
            throw new GuestFault("task_struct.tgid is %d".formatted(pid));
        }
        int flags = fields.flags.integer(memory, task);
        long signal = fields.signal.get(memory, task);
        long parent = fields.realParent.get(memory, task);
        List<Long> threads = threads(task, signal, skips);
        return new GuestTask(task, pid, parent == 0 ? 0 : fields.tgid.integer(memory, parent), names.name(task, flags),
                state(task), flags, ids(signal), owners.read(fields.cred.get(memory, task)),
                times(task, signal, threads), schedule(task), signals(task, signal, flags),
                spaces.read(space(task, flags)),
                threadRows(threads, flags), listed, numbered);
    }

    /** A kernel thread may borrow an address space (kthread_use_mm); /proc shows none. */
    private long space(long task, int flags) {
        return (flags & PF_KTHREAD) != 0 ? 0 : fields.mm.get(memory, task);
    }

    private List<Long> threads(long leader, long signal, Skips skips) {
        List<Long> threads = new ArrayList<>();
        if (signal == 0) {
            return List.of(leader);
        }
        new Chain(memory, skips, "signal_struct.thread_head", MOST_THREADS).circular(signal + fields.threadHead,
                node -> threads.add(node - fields.threadNode));
        return threads.isEmpty() ? List.of(leader) : threads;
    }

    private List<GuestThread> threadRows(List<Long> threads, int flags) {
        List<GuestThread> rows = new ArrayList<>(threads.size());
        for (long thread : threads) {
            rows.add(new GuestThread(fields.pid.integer(memory, thread),
                    threads.size() == 1 ? names.name(thread, flags) : names.comm(thread), state(thread),
                    fields.utime.get(memory, thread), fields.stime.get(memory, thread)));
        }
        return rows;
    }

    private char state(long task) {
        int state = fields.state.integer(memory, task);
        int shown = (state | fields.exitState.integer(memory, task)) & 0x7f;
        if ((state & IDLE) == IDLE) {
            shown = 0x80;
        }
        if ((state & (RTLOCK_WAIT | FROZEN)) != 0) {
            shown = 2;
        }
        return STATES.charAt(32 - Integer.numberOfLeadingZeros(shown));
    }

    private TaskIds ids(long signal) {
        if (signal == 0) {
            return new TaskIds(0, 0, 0, -1);
        }
        int group = number(memory.u64(signal + fields.pids + 8L * PGID));
        int session = number(memory.u64(signal + fields.pids + 8L * SID));
        long tty = fields.tty.get(memory, signal);
        if (tty == 0) {
            return new TaskIds(group, session, 0, -1);
        }
        long driver = fields.ttyDriver.get(memory, tty);
        int major = fields.driverMajor.integer(memory, driver);
        int minor = fields.driverMinor.integer(memory, driver) + fields.ttyIndex.integer(memory, tty);
        int device = minor & 0xff | major << 8 | (minor & ~0xff) << 12;
        return new TaskIds(group, session, device, number(fields.ttyGroup.get(memory, tty)));
    }

    private int number(long pid) {
        return pid == 0 ? 0 : memory.s32(pid + fields.upid);
    }

    private TaskTimes times(long task, long signal, List<Long> threads) {
        long start = fields.startBoottime.get(memory, task);
        if (signal == 0) {
            return new TaskTimes(start, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
        CpuTime ticks = new CpuTime(sum(fields.signalUtime, signal, fields.utime, threads),
                sum(fields.signalStime, signal, fields.stime, threads));
        long runtime = sum(fields.signalRuntime, signal, fields.runtime, threads);
        CpuTime shown = CpuTime.adjust(ticks, runtime, new CpuTime(fields.previousUtime.get(memory, signal),
                fields.previousStime.get(memory, signal)));
        return new TaskTimes(start, shown.user(), shown.system(), fields.signalChildUtime.get(memory, signal),
                fields.signalChildStime.get(memory, signal),
                sum(fields.signalMinor, signal, fields.minorFaults, threads),
                sum(fields.signalMajor, signal, fields.majorFaults, threads),
                fields.signalChildMinor.get(memory, signal),
                fields.signalChildMajor.get(memory, signal), fields.voluntary.get(memory, task),
                fields.forced.get(memory, task));
    }

    private long sum(Field ofDead, long signal, Field ofEach, List<Long> threads) {
        long sum = ofDead.get(memory, signal);
        for (long thread : threads) {
            sum += ofEach.get(memory, thread);
        }
        return sum;
    }

    private TaskSchedule schedule(long task) {
        return new TaskSchedule(fields.prio.integer(memory, task) - MAX_RT_PRIO,
                fields.staticPrio.integer(memory, task) - DEFAULT_PRIO, fields.policy.integer(memory, task),
                fields.realtime.integer(memory, task), fields.cpu.integer(memory, task),
                fields.exitSignal.integer(memory, task));
    }

    private TaskSignals signals(long task, long signal, int flags) {
        long ignored = 0;
        long caught = 0;
        long hand = fields.sighand.get(memory, task);
        if (hand != 0) {
            byte[] actions = memory.bytes(hand + fields.action, fields.actions * fields.actionBytes);
            for (int i = 0; i < fields.actions; i++) {
                long handler = handler(actions, i);
                ignored |= (handler == IGNORE ? 1L : 0) << i;
                caught |= (handler != IGNORE && handler != 0 ? 1L : 0) << i;
            }
        }
        long shared = signal == 0 ? 0 : fields.sharedPending.get(memory, signal);
        return new TaskSignals(fields.pending.get(memory, task), shared, fields.blocked.get(memory, task), ignored,
                caught);
    }

    private long handler(byte[] actions, int index) {
        long value = 0;
        int at = index * fields.actionBytes + fields.handler;
        for (int k = 7; k >= 0; k--) {
            value = value << 8 | actions[at + k] & 0xff;
        }
        return value;
    }
}
