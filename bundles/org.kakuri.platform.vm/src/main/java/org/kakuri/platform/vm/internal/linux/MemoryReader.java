package org.kakuri.platform.vm.internal.linux;

import org.kakuri.api.vm.GuestTask.TaskMemory;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Address spaces (mm_struct). */
final class MemoryReader {
    private static final int FILE = 0;
    private static final int ANONYMOUS = 1;
    private static final int SHARED = 3;

    private final KernelMemory memory;
    private final int counters;
    private final int stride;
    private final Field pgd;
    private final Field total;
    private final Field peak;
    private final Field peakResident;
    private final Field data;
    private final Field stack;
    private final Field executable;
    private final Field locked;
    private final Field startCode;
    private final Field endCode;
    private final Field startStack;
    private final Field arguments;
    private final Field argumentsEnd;
    private final Field environment;
    private final Field environmentEnd;

    MemoryReader(KernelMemory memory) {
        this.memory = memory;
        Struct space = Struct.of(memory.model(), "mm_struct");
        if (space.has("rss_stat.count")) {
            // To 6.1: an array of numbers in a structure.
            counters = space.offset("rss_stat.count");
            stride = Long.BYTES;
        } else {
            // From 6.2: an array of per-CPU counters, whose shared part is what /proc shows.
            Struct counter = Struct.of(memory.model(), space.typeName("rss_stat"));
            counters = space.offset("rss_stat") + counter.offset("count");
            stride = counter.size();
        }
        pgd = space.field("pgd");
        total = space.field("total_vm");
        peak = space.field("hiwater_vm");
        peakResident = space.field("hiwater_rss");
        data = space.field("data_vm");
        stack = space.field("stack_vm");
        executable = space.field("exec_vm");
        locked = space.field("locked_vm");
        startCode = space.field("start_code");
        endCode = space.field("end_code");
        startStack = space.field("start_stack");
        arguments = space.field("arg_start");
        argumentsEnd = space.field("arg_end");
        environment = space.field("env_start");
        environmentEnd = space.field("env_end");
    }

    TaskMemory read(long space) {
        if (space == 0) {
            return TaskMemory.NONE;
        }
        long root = memory.translate(pgd.get(memory, space));
        long pages = total.get(memory, space);
        long anonymous = counter(space, ANONYMOUS);
        long file = counter(space, FILE);
        long shared = counter(space, SHARED);
        return new TaskMemory(space, root, pages, anonymous, file, shared,
                Math.max(pages, peak.get(memory, space)),
                Math.max(anonymous + file + shared, peakResident.get(memory, space)), data.get(memory, space),
                stack.get(memory, space), executable.get(memory, space), locked.get(memory, space),
                startCode.get(memory, space), endCode.get(memory, space), startStack.get(memory, space),
                arguments.get(memory, space), argumentsEnd.get(memory, space), environment.get(memory, space),
                environmentEnd.get(memory, space));
    }

    private long counter(long space, int which) {
        return Math.max(0, memory.u64(space + counters + (long) which * stride));
    }
}
