package org.kakuri.system.scwatcher.internal.proc;

import java.util.List;
import java.util.Optional;
import org.kakuri.api.vm.GuestModule;
import org.kakuri.api.vm.GuestMount;
import org.kakuri.api.vm.GuestTotals;

/** Files of /proc that are about the whole guest. */
final class SystemText {
    private static final double SECOND = 1e9;
    private static final long TICK = 10_000_000;
    private static final int FIXED = 11;

    private SystemText() {}

    static Optional<String> file(String name, Moment moment) {
        GuestTotals totals = moment.totals();
        return switch (name) {
        case "uptime" -> Optional.of("%.2f %.2f%n".formatted(totals.uptime() / SECOND,
                totals.cpus().stream().mapToLong(cpu -> cpu.nanos().get(3)).sum() / SECOND));
        case "loadavg" -> Optional.of(load(totals));
        case "version" -> Optional.of(moment.kernel().banner());
        case "stat" -> Optional.of(stat(totals));
        case "meminfo" -> Optional.of(meminfo(totals));
        case "modules" -> Optional.of(modules(moment.modules()));
        case "filesystems" -> Optional.of("nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\nnodev\tdevpts\n");
        case "cpuinfo" -> Optional.of(cpuinfo(totals));
        case "cmdline" -> Optional.of("console=ttyS0\n");
        case "swaps" -> Optional.of("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
        case "partitions" -> Optional.of("major minor  #blocks  name\n\n");
        case "devices" -> Optional.of("Character devices:\n\nBlock devices:\n");
        case "diskstats", "vmstat" -> Optional.of("");
        default -> Optional.empty();
        };
    }

    static Optional<String> kernel(String name, Moment moment) {
        String banner = moment.kernel().banner().strip();
        return switch (name) {
        case "hostname" -> Optional.of(moment.totals().host() + "\n");
        case "osrelease" -> Optional.of(moment.kernel().release() + "\n");
        case "ostype" -> Optional.of("Linux\n");
        case "version" -> Optional.of(banner.substring(Math.max(0, banner.indexOf('#'))) + "\n");
        case "pid_max" -> Optional.of("32768\n");
        case "threads-max" -> Optional.of("1024\n");
        case "cap_last_cap" -> Optional.of("40\n");
        default -> Optional.empty();
        };
    }

    private static String load(GuestTotals totals) {
        StringBuilder text = new StringBuilder();
        for (long average : totals.load()) {
            // Rounded as fs/proc/loadavg.c does.
            long value = average + (1 << FIXED) / 200;
            text.append("%d.%02d ".formatted(value >> FIXED, (value & (1 << FIXED) - 1) * 100 >> FIXED));
        }
        return text.append("%d/%d %d%n".formatted(totals.running(), totals.threads(), totals.lastPid())).toString();
    }

    private static String stat(GuestTotals totals) {
        StringBuilder text = new StringBuilder("cpu ");
        for (int i = 0; i < 10; i++) {
            int field = i;
            text.append(' ').append(totals.cpus().stream().mapToLong(cpu -> cpu.nanos().get(field)).sum() / TICK);
        }
        text.append('\n');
        for (int i = 0; i < totals.cpus().size(); i++) {
            text.append("cpu").append(i);
            totals.cpus().get(i).nanos().forEach(nanos -> text.append(' ').append(nanos / TICK));
            text.append('\n');
        }
        return text.append("intr %d%nctxt %d%nbtime %d%nprocesses %d%nprocs_running %d%nprocs_blocked %d%n".formatted(
                totals.interrupts(), totals.switches(), totals.bootTime(), totals.forks(), totals.running(),
                totals.blocked())).toString();
    }

    private static String meminfo(GuestTotals totals) {
        StringBuilder text = new StringBuilder();
        totals.memory().forEach((name, pages) -> text.append("%-15s %8d kB%n".formatted(name + ":", pages * 4)));
        return text.toString();
    }

    private static String modules(List<GuestModule> modules) {
        StringBuilder text = new StringBuilder();
        for (GuestModule module : modules) {
            String users = module.users().isEmpty() ? "-" : String.join(",", module.users()) + ",";
            text.append("%s %d %d %s %s 0x%016x%n".formatted(module.name(), module.bytes(), module.references(), users,
                    module.state(), module.address()));
        }
        return text.toString();
    }

    private static String cpuinfo(GuestTotals totals) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < totals.cpus().size(); i++) {
            text.append("""
                    processor\t: %d
                    vendor_id\t: AuthenticAMD
                    cpu family\t: 15
                    model\t\t: 107
                    model name\t: a virtual CPU
                    physical id\t: 0
                    siblings\t: %d
                    core id\t\t: %d
                    cpu cores\t: %d
                    flags\t\t: fpu

                    """.formatted(i, totals.cpus().size(), i, totals.cpus().size()));
        }
        return text.toString();
    }

    static String mounts(Moment moment) {
        StringBuilder text = new StringBuilder();
        for (GuestMount mount : moment.mounts()) {
            text.append("%s %s %s %s 0 0%n".formatted(mount.device(), mount.point(), mount.type(), mount.options()));
        }
        return text.toString();
    }

    static String mountInfo(Moment moment) {
        StringBuilder text = new StringBuilder();
        for (GuestMount mount : moment.mounts()) {
            text.append(
                    "%d 0 0:%d / %s %s - %s %s %s%n".formatted(mount.id(), mount.id(), mount.point(), mount.options(),
                            mount.type(), mount.device(), mount.options()));
        }
        return text.toString();
    }
}
