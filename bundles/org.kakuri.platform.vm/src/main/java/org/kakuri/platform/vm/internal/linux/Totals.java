package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Unsupported;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestTotals;
import org.kakuri.api.vm.GuestTotals.CpuTimes;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Times, load and memory (fs/proc/stat.c, loadavg.c, uptime.c, meminfo.c). */
final class Totals {
    private static final int MOST_CPUS = 256;
    private static final long SECOND = 1_000_000_000L;
    /** Order of a line of /proc/stat in terms of enum cpu_usage_stat. */
    private static final int[] ORDER = {0, 1, 2, 5, 6, 4, 3, 7, 8, 9};
    private static final int FARTHEST = 64;

    private final KernelMemory memory;
    private final KernelModel model;
    private final long timekeeper;
    private final Field base;
    private final Field fraction;
    private final Field shift;
    private final Field offsetBoot;
    private final Field offsetReal;
    private final Struct queue;
    private final Field clock;
    private final int idrNext;

    Totals(KernelMemory memory) {
        this.memory = memory;
        this.model = memory.model();
        Struct keeper = Struct.of(model, "timekeeper");
        this.base = keeper.field("tkr_mono.base");
        this.fraction = keeper.field("tkr_mono.xtime_nsec");
        this.shift = keeper.field("tkr_mono.shift");
        this.clock = keeper.field("tkr_mono.clock");
        this.offsetBoot = keeper.field("offs_boot");
        this.offsetReal = keeper.field("offs_real");
        this.queue = Struct.of(model, "rq");
        this.idrNext = Struct.of(model, "pid_namespace").offset("idr.idr_next");
        this.timekeeper = findTimekeeper();
    }

    /** It stands behind a sequence counter in a structure without a name; its clock tells how far. */
    private long findTimekeeper() {
        long start = memory.symbol("tk_core");
        Field name = Struct.of(model, "clocksource").field("name");
        for (long at = start; at <= start + FARTHEST; at += 8) {
            try {
                String text = memory.text(name.get(memory, clock.get(memory, at)), 32);
                if (text.matches("[a-z][a-z0-9_-]+")) {
                    return at;
                }
            } catch (GuestFault notThere) {
                continue;
            }
        }
        throw new Unsupported("kernel %s: no timekeeper in the first %d bytes of tk_core".formatted(model.release(),
                FARTHEST), "this layout is not known here, or the guest has not come up");
    }

    GuestTotals read() {
        long mono = base.get(memory, timekeeper)
                + (fraction.get(memory, timekeeper) >>> (shift.integer(memory, timekeeper) & 63));
        long boot = offsetBoot.get(memory, timekeeper);
        long real = offsetReal.get(memory, timekeeper);
        List<Long> offsets = cpuOffsets();
        return new GuestTotals(mono + boot, Math.floorDiv(real - boot, SECOND), load(), sum(offsets, "nr_running"),
                number("nr_threads"), memory.s32(memory.symbol("init_pid_ns") + idrNext) - 1, times(offsets),
                sum(offsets, "nr_switches"), memory.u64(memory.symbol("total_forks")), sum(offsets, "nr_iowait"),
                interrupts(offsets), meminfo(), hostName());
    }

    private int number(String symbol) {
        return memory.s32(memory.symbol(symbol));
    }

    private List<Long> load() {
        long averages = memory.symbol("avenrun");
        return List.of(memory.u64(averages), memory.u64(averages + 8), memory.u64(averages + 16));
    }

    private List<Long> cpuOffsets() {
        int cpus = Math.min(MOST_CPUS, Math.max(1, number("nr_cpu_ids")));
        long table = memory.symbol("__per_cpu_offset");
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < cpus; i++) {
            offsets.add(memory.u64(table + 8L * i));
        }
        return offsets;
    }

    private long sum(List<Long> offsets, String field) {
        Field of = queue.field(field);
        long queues = model.symbol("runqueues");
        long sum = 0;
        for (long offset : offsets) {
            sum += of.get(memory, queues + offset);
        }
        return sum;
    }

    private List<CpuTimes> times(List<Long> offsets) {
        long counters = model.symbol("kernel_cpustat");
        List<CpuTimes> cpus = new ArrayList<>();
        for (long offset : offsets) {
            List<Long> nanos = new ArrayList<>();
            for (int which : ORDER) {
                nanos.add(memory.u64(counters + offset + 8L * which));
            }
            Optional<Long> idle = idle(offset, "idle_sleeptime");
            idle.ifPresent(ns -> nanos.set(3, ns));
            idle(offset, "iowait_sleeptime").ifPresent(ns -> nanos.set(4, ns));
            cpus.add(new CpuTimes(nanos));
        }
        return cpus;
    }

    /** While ticks stop in idle, idle time is counted elsewhere (kernel/time/tick-sched.c). */
    private Optional<Long> idle(long offset, String field) {
        Optional<Long> scheduler = model.find("tick_cpu_sched");
        boolean active = model.find("tick_nohz_active").isPresent()
                && memory.u8(memory.symbol("tick_nohz_active")) != 0;
        if (!active || scheduler.isEmpty() || !Struct.exists(model, "tick_sched")) {
            return Optional.empty();
        }
        Struct ticks = Struct.of(model, "tick_sched");
        return ticks.has(field) ? Optional.of(ticks.field(field).get(memory, scheduler.get() + offset))
                : Optional.empty();
    }

    private long interrupts(List<Long> offsets) {
        Optional<Long> statistics = model.find("kstat");
        if (statistics.isEmpty()) {
            return 0;
        }
        Field sum = Struct.of(model, "kernel_stat").field("irqs_sum");
        return offsets.stream().mapToLong(offset -> sum.get(memory, statistics.get() + offset)).sum();
    }

    private String hostName() {
        Struct namespace = Struct.of(model, "uts_namespace");
        return memory.text(memory.symbol("init_uts_ns") + namespace.offset("name.nodename"), 65);
    }

    private long zone(String item) {
        return statistic("vm_zone_stat", item);
    }

    private long node(String item) {
        return statistic("vm_node_stat", item);
    }

    private long statistic(String table, String item) {
        int index = model.btf()
                .enumerator(item)
                .orElseThrow(() -> new Unsupported("kernel %s counts no %s".formatted(model.release(), item), ""));
        return Math.max(0, memory.u64(memory.symbol(table) + 8L * index));
    }

    private Map<String, Long> meminfo() {
        Map<String, Long> pages = new LinkedHashMap<>();
        long free = zone("NR_FREE_PAGES");
        long activeFile = node("NR_ACTIVE_FILE");
        long inactiveFile = node("NR_INACTIVE_FILE");
        long slab = node("NR_SLAB_RECLAIMABLE_B");
        long shared = node("NR_SHMEM");
        pages.put("MemTotal", memory.u64(memory.symbol("_totalram_pages")));
        pages.put("MemFree", free);
        pages.put("MemAvailable", Math.max(0, available(free, activeFile + inactiveFile, slab)));
        pages.put("Buffers", 0L);
        pages.put("Cached", node("NR_FILE_PAGES"));
        pages.put("SwapCached", 0L);
        pages.put("Active", node("NR_ACTIVE_ANON") + activeFile);
        pages.put("Inactive", node("NR_INACTIVE_ANON") + inactiveFile);
        pages.put("Active(anon)", node("NR_ACTIVE_ANON"));
        pages.put("Inactive(anon)", node("NR_INACTIVE_ANON"));
        pages.put("Active(file)", activeFile);
        pages.put("Inactive(file)", inactiveFile);
        pages.put("Unevictable", node("NR_UNEVICTABLE"));
        pages.put("Mlocked", zone("NR_MLOCK"));
        pages.put("SwapTotal", 0L);
        pages.put("SwapFree", 0L);
        pages.put("Dirty", node("NR_FILE_DIRTY"));
        pages.put("Writeback", node("NR_WRITEBACK"));
        pages.put("AnonPages", node("NR_ANON_MAPPED"));
        pages.put("Mapped", node("NR_FILE_MAPPED"));
        pages.put("Shmem", shared);
        pages.put("SReclaimable", slab);
        pages.put("SUnreclaim", node("NR_SLAB_UNRECLAIMABLE_B"));
        return pages;
    }

    /** As mm/show_mem.c, si_mem_available, without the zones' watermarks: an upper bound. */
    private long available(long free, long cache, long slab) {
        long reserve = model.find("totalreserve_pages").isPresent() ? memory.u64(memory.symbol("totalreserve_pages"))
                : 0;
        return free - reserve + cache - Math.min(cache / 2, reserve) + slab - Math.min(slab / 2, reserve);
    }
}
