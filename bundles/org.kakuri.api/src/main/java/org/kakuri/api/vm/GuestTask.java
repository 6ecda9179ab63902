package org.kakuri.api.vm;

import java.util.List;

/**
 * A process of the guest: what /proc/PID/stat, status and statm say. Times are in ns, memory in pages unless said
 * otherwise.
 *
 * @param address
 *            of its task_struct
 * @param pid
 *            thread group id
 * @param parent
 *            pid of the parent; 0 if it has none
 * @param name
 *            as ps shows it: kernel threads in full
 * @param state
 *            letter of /proc/PID/stat
 * @param flags
 *            PF_ bits
 * @param ids
 *            group, session and terminal
 * @param owner
 *            who it runs as
 * @param times
 *            start and CPU times
 * @param schedule
 *            priority and policy
 * @param signals
 *            masks
 * @param memory
 *            address space; {@link TaskMemory#NONE} for kernel threads and zombies
 * @param threads
 *            its threads, the leader first
 * @param listed
 *            whether the task list has it
 * @param numbered
 *            whether the pid IDR has it; a process in one and not in the other hides
 */
public record GuestTask(long address, int pid, int parent, String name, char state, int flags, TaskIds ids,
        TaskOwner owner, TaskTimes times, TaskSchedule schedule, TaskSignals signals, TaskMemory memory,
        List<GuestThread> threads, boolean listed, boolean numbered) {

    /** Copies the list. */
    public GuestTask {
        threads = List.copyOf(threads);
    }

    /** Returns whether it is a thread of the kernel. */
    public boolean kernelThread() {
        return (flags & 0x200000) != 0;
    }

    /**
     * Group, session and terminal.
     *
     * @param group
     *            process group
     * @param session
     *            session
     * @param tty
     *            device number as /proc/PID/stat has it; 0 for none
     * @param ttyGroup
     *            foreground group of the terminal; -1 for none
     */
    public record TaskIds(int group, int session, int tty, int ttyGroup) {}

    /**
     * Who a process runs as: real, effective, saved and file system id.
     *
     * @param uids
     *            user ids
     * @param gids
     *            group ids
     * @param groups
     *            supplementary groups
     * @param effective
     *            effective capabilities
     * @param permitted
     *            permitted capabilities
     * @param inheritable
     *            inheritable capabilities
     * @param bounding
     *            bounding set
     * @param ambient
     *            ambient set
     */
    public record TaskOwner(List<Integer> uids, List<Integer> gids, List<Integer> groups, long effective,
            long permitted, long inheritable, long bounding, long ambient) {
        /** Copies the lists. */
        public TaskOwner {
            uids = List.copyOf(uids);
            gids = List.copyOf(gids);
            groups = List.copyOf(groups);
        }
    }

    /**
     * CPU times of the whole group, as adjusted for /proc, and faults.
     *
     * @param start
     *            since boot
     * @param user
     *            in user mode
     * @param system
     *            in kernel mode
     * @param childUser
     *            of reaped children
     * @param childSystem
     *            of reaped children
     * @param minorFaults
     *            without reading
     * @param majorFaults
     *            with reading
     * @param childMinorFaults
     *            of reaped children
     * @param childMajorFaults
     *            of reaped children
     * @param voluntarySwitches
     *            the leader's
     * @param forcedSwitches
     *            the leader's
     */
    public record TaskTimes(long start, long user, long system, long childUser, long childSystem, long minorFaults,
            long majorFaults, long childMinorFaults, long childMajorFaults, long voluntarySwitches,
            long forcedSwitches) {}

    /**
     * Scheduling.
     *
     * @param priority
     *            as /proc/PID/stat has it
     * @param nice
     *            -20 to 19
     * @param policy
     *            SCHED_
     * @param realtime
     *            real-time priority
     * @param cpu
     *            last CPU
     * @param exitSignal
     *            signal to the parent at the end
     */
    public record TaskSchedule(int priority, int nice, int policy, int realtime, int cpu, int exitSignal) {}

    /**
     * Signal masks; bit 0 is signal 1.
     *
     * @param pending
     *            for the leader
     * @param sharedPending
     *            for the group
     * @param blocked
     *            by the leader
     * @param ignored
     *            by the group
     * @param caught
     *            by the group
     */
    public record TaskSignals(long pending, long sharedPending, long blocked, long ignored, long caught) {}

    /**
     * An address space; addresses are user virtual.
     *
     * @param space
     *            address of its mm_struct; 0 if there is none
     * @param root
     *            physical address of its page table
     * @param total
     *            pages mapped
     * @param anonymous
     *            resident anonymous pages
     * @param file
     *            resident file pages
     * @param shared
     *            resident shared memory
     * @param peak
     *            most pages ever mapped
     * @param peakResident
     *            most pages ever resident
     * @param data
     *            pages of data
     * @param stack
     *            pages of stack
     * @param executable
     *            pages of code
     * @param locked
     *            locked pages
     * @param startCode
     *            start of code
     * @param endCode
     *            end of code
     * @param startStack
     *            start of the stack
     * @param arguments
     *            start of the arguments
     * @param argumentsEnd
     *            their end
     * @param environment
     *            start of the environment
     * @param environmentEnd
     *            its end
     */
    public record TaskMemory(long space, long root, long total, long anonymous, long file, long shared, long peak,
            long peakResident, long data, long stack, long executable, long locked, long startCode, long endCode,
            long startStack, long arguments, long argumentsEnd, long environment, long environmentEnd) {
        /** No address space. */
        public static final TaskMemory NONE = new TaskMemory(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        /** Returns the resident pages. */
        public long resident() {
            return anonymous + file + shared;
        }
    }

    /**
     * A thread.
     *
     * @param tid
     *            its id
     * @param name
     *            its name
     * @param state
     *            letter of /proc/PID/task/TID/stat
     * @param user
     *            ns in user mode, raw
     * @param system
     *            ns in kernel mode, raw
     */
    public record GuestThread(int tid, String name, char state, long user, long system) {}
}
