package org.kakuri.api.vm;

import java.util.List;
import java.util.Map;

/**
 * Times, load and memory of the whole guest.
 *
 * @param uptime
 *            ns since boot; while the CPU idles without ticks as of the last tick
 * @param bootTime
 *            seconds since 1970
 * @param load
 *            averages over 1, 5 and 15 minutes, in the kernel's fixed point: 2048 is 1
 * @param running
 *            runnable threads
 * @param threads
 *            all threads
 * @param lastPid
 *            the newest process number
 * @param cpus
 *            times of each CPU
 * @param switches
 *            context switches
 * @param forks
 *            processes and threads made since boot
 * @param blocked
 *            threads waiting for I/O
 * @param interrupts
 *            served since boot
 * @param memory
 *            fields of /proc/meminfo, in pages
 * @param host
 *            host name
 */
public record GuestTotals(long uptime, long bootTime, List<Long> load, long running, int threads, int lastPid,
        List<CpuTimes> cpus, long switches, long forks, long blocked, long interrupts, Map<String, Long> memory,
        String host) {
    /** Copies the collections; the order of the memory fields stays. */
    public GuestTotals {
        load = List.copyOf(load);
        cpus = List.copyOf(cpus);
        memory = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(memory));
    }

    /**
     * Times of a CPU in ns, in the order of a line of /proc/stat: user, nice, system, idle, iowait, irq, softirq,
     * steal, guest, guest_nice.
     *
     * @param nanos
     *            the times
     */
    public record CpuTimes(List<Long> nanos) {
        /** Copies the list. */
        public CpuTimes {
            nanos = List.copyOf(nanos);
        }
    }
}
