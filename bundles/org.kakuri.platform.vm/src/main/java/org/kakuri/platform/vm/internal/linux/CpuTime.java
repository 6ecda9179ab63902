package org.kakuri.platform.vm.internal.linux;

import java.math.BigInteger;

/**
 * User and system time as /proc shows them: the ticks' ratio applied to the scheduler's exact sum (kernel/sched/cputime.c,
 * cputime_adjust).
 *
 * @param user ns
 * @param system ns
 */
record CpuTime(long user, long system) {

    /**
     * Adjusts.
     *
     * @param ticks what the ticks say
     * @param runtime what the scheduler says, ns
     * @param previous what was shown last, which must not decrease
     */
    static CpuTime adjust(CpuTime ticks, long runtime, CpuTime previous) {
        if (previous.user + previous.system >= runtime) {
            return previous;
        }
        long system;
        if (ticks.system == 0) {
            system = 0;
        } else if (ticks.user == 0) {
            system = runtime;
        } else {
            system = Math.min(runtime, share(ticks.system, runtime, ticks.system + ticks.user));
        }
        system = Math.max(system, previous.system);
        long user = runtime - system;
        if (user < previous.user) {
            user = previous.user;
            system = runtime - user;
        }
        return new CpuTime(user, system);
    }

    private static long share(long a, long b, long c) {
        if (c == 0) {
            return 0;
        }
        if (Math.multiplyHigh(a, b) == 0 && a * b >= 0) {
            return a * b / c;
        }
        return BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)).divide(BigInteger.valueOf(c)).longValue();
    }
}
