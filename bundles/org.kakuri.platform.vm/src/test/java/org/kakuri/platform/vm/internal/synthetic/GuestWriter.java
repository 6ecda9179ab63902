package org.kakuri.platform.vm.internal.synthetic;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.kakuri.api.vm.GuestMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.memory.MappedMemory;

/** A guest's memory by hand: a kernel at a random place, its page table, a direct map, and tasks. */
public final class GuestWriter {
    /** Where the text lies. */
    public static final long PHYSICAL = 0x600000;
    /** Where the text is mapped. */
    public static final long VIRTUAL = 0xffffffff9a000000L;
    /** Where all memory is mapped. */
    public static final long DIRECT = 0xffff90c280000000L;

    private static final int SIZE = 24 << 20;
    private static final long PGD = 0x400000;
    private static final long PUD = 0x401000;
    private static final long PMD = 0x402000;
    private static final long INIT_TASK = 0x410000;
    private static final long PID_NAMESPACE = 0x420000;
    private static final long PAGE_OFFSET_BASE = 0x430000;
    private static final long BANNER = 0x100040;

    private static final String[] STRUCTURES = {
        "task_struct: thread_info{cpu=4} __state=4 flags=4 prio=4 static_prio=4 policy=4 rt_priority=4 "
                + "se{sum_exec_runtime=8} tasks=c16 mm=8 exit_state=4 exit_signal=4 pid=4 tgid=4 real_parent=8 "
                + "pid_links=c64 thread_node=c16 worker_private=8 utime=8 stime=8 nvcsw=8 nivcsw=8 start_boottime=8 "
                + "min_flt=8 maj_flt=8 real_cred=8 comm=c16 fs=8 files=8 nsproxy=8 signal=8 sighand=8 blocked=8 "
                + "pending{signal=8}",
        "signal_struct: nr_threads=4 thread_head=c16 shared_pending{signal=8} pids=c32 tty=8 utime=8 stime=8 cutime=8 "
                + "cstime=8 prev_cputime{utime=8 stime=8} min_flt=8 maj_flt=8 cmin_flt=8 cmaj_flt=8 sum_sched_runtime=8",
        "upid: nr=4", "pid: tasks=c32 numbers=upid*1", "tty_struct: driver=8 index=4 ctrl{pgrp=8}",
        "tty_driver: major=4 minor_start=4", "k_sigaction: sa{sa_handler=8 sa_flags=8}",
        "sighand_struct: action=k_sigaction*64", "kthread: data=8 full_name=8",
        "worker: pool=8 current_work=8 desc=c24",
        "mm_struct: pgd=8 total_vm=8 hiwater_vm=8 hiwater_rss=8 data_vm=8 stack_vm=8 exec_vm=8 locked_vm=8 start_code=8 "
                + "end_code=8 start_stack=8 arg_start=8 arg_end=8 env_start=8 env_end=8 rss_stat{count=c32}",
        "cred: uid=4 gid=4 suid=4 sgid=4 euid=4 egid=4 fsuid=4 fsgid=4 cap_inheritable=8 cap_permitted=8 "
                + "cap_effective=8 cap_bset=8 cap_ambient=8 group_info=8",
        "group_info: ngroups=4 gid=c64", "xa_node: shift=1 slots=c512",
        "pid_namespace: idr{idr_rt{xa_head=8} idr_next=4}"};

    private final byte[] bytes = new byte[SIZE];
    private final ByteBuffer memory = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final TypeWriter types = new TypeWriter();
    private final byte[] kernel;
    private long next = 0x1000000;
    private long slot;

    /** Writes kernel, page table and an empty task list. */
    public GuestWriter() {
        this("", "");
    }

    /** The same with something changed in the structures' definitions. */
    public GuestWriter(String from, String to) {
        for (String structure : STRUCTURES) {
            types.structure(from.isEmpty() ? structure : structure.replace(from, to));
        }
        this.kernel = new KernelWriter().symbol("init_top_pgt", PGD)
                .symbol("init_task", INIT_TASK)
                .symbol("init_pid_ns", PID_NAMESPACE)
                .symbol("page_offset_base", PAGE_OFFSET_BASE)
                .file(types.section(), KernelWriter.Order.TO_6_3, KernelWriter.Meaning.BELOW);
        put64(PHYSICAL + PGD + 511 * 8, PHYSICAL + PUD | 3);
        put64(PHYSICAL + PUD + 510 * 8, PHYSICAL + PMD | 3);
        for (int i = 0; i < 4; i++) {
            put64(PHYSICAL + PMD + (VIRTUAL >>> 21 & 511) * 8 + 8 * i, PHYSICAL + ((long) i << 21) | 0x83);
        }
        byte[] banner = KernelWriter.BANNER.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(banner, 0, bytes, (int) (PHYSICAL + BANNER), banner.length);
        put64(PHYSICAL + PAGE_OFFSET_BASE, DIRECT);
        if (from.isEmpty()) {
            long list = VIRTUAL + INIT_TASK + types.offset("task_struct.tasks");
            put64(at(list), list);
            put64(at(list) + 8, list);
            long node = allocate(1024);
            put64(PHYSICAL + PID_NAMESPACE + types.offset("pid_namespace.idr.idr_rt.xa_head"), node | 2);
            slot = node + types.offset("xa_node.slots");
        }
    }

    /** Returns the kernel's file. */
    public byte[] kernel() {
        return kernel;
    }

    /** Returns what the kernel's file tells. */
    public KernelModel model() {
        return KernelModel.read(kernel);
    }

    /** Returns the memory, which shows later changes. */
    public GuestMemory memory() {
        return MappedMemory.of(MemorySegment.ofArray(bytes), 0);
    }

    private static long at(long virtual) {
        return virtual >= VIRTUAL ? virtual - VIRTUAL + PHYSICAL : virtual - DIRECT;
    }

    /** Writes eight bytes at a physical address. */
    public void put64(long physical, long value) {
        memory.putLong((int) physical, value);
    }

    private void put(long structure, String field, long value) {
        memory.putLong((int) at(structure + types.offset(field)), value);
    }

    private void put32(long structure, String field, int value) {
        memory.putInt((int) at(structure + types.offset(field)), value);
    }

    private long allocate(int size) {
        long address = DIRECT + next;
        next += size + 255 & ~255;
        return address;
    }

    /** Adds a process at the end of the list and to the numbers; returns its address. */
    public long task(int pid, String name) {
        long task = allocate(2048);
        long signal = allocate(1024);
        long cred = allocate(512);
        long number = allocate(256);
        put32(task, "task_struct.pid", pid);
        put32(task, "task_struct.tgid", pid);
        put32(task, "task_struct.__state", 1);
        put32(task, "task_struct.prio", 120);
        put32(task, "task_struct.static_prio", 120);
        put(task, "task_struct.real_parent", VIRTUAL + INIT_TASK);
        put(task, "task_struct.start_boottime", pid * 1_000_000_000L);
        put(task, "task_struct.signal", signal);
        put(task, "task_struct.real_cred", cred);
        byte[] comm = name.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(comm, 0, bytes, (int) at(task + types.offset("task_struct.comm")), comm.length);
        long threads = signal + types.offset("signal_struct.thread_head");
        long node = task + types.offset("task_struct.thread_node");
        put64(at(threads), node);
        put64(at(node), threads);
        put32(cred, "cred.uid", 1000 + pid);
        link(task);
        put(number, "pid.numbers", pid);
        put64(at(number + types.offset("pid.tasks") + 8), task + types.offset("task_struct.pid_links") + 16);
        put64(at(slot), number);
        slot += 8;
        return task;
    }

    private void link(long task) {
        long head = VIRTUAL + INIT_TASK + types.offset("task_struct.tasks");
        long node = task + types.offset("task_struct.tasks");
        long last = memory.getLong((int) at(head) + 8);
        put64(at(last), node);
        put64(at(node), head);
        put64(at(node) + 8, last);
        put64(at(head) + 8, node);
    }

    /** Lets the pointer to the next task lead somewhere. */
    public void next(long task, long to) {
        put64(at(task + types.offset("task_struct.tasks")), to == 0 ? 0 : to + types.offset("task_struct.tasks"));
    }

    /** Lets a pointer of a task lead somewhere. */
    public void pointer(long task, String field, long to) {
        put(task, "task_struct." + field, to);
    }

    /** Takes a process out of the list, as rootkits do. */
    public void unlink(long task) {
        long node = task + types.offset("task_struct.tasks");
        long after = memory.getLong((int) at(node));
        long before = memory.getLong((int) at(node) + 8);
        put64(at(before), after);
        put64(at(after) + 8, before);
    }
}
