package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;

import java.lang.foreign.MemorySegment;

/**
 * A received signal.
 *
 * @param signal its number
 * @param code   how it was sent: {@link #SI_USER}, {@link #SI_QUEUE}, {@link #SI_TKILL} or the kernel's reason
 * @param pid    sender
 * @param uid    sender's real user
 * @param value  the int sent along with {@link Signals#queue}, else meaningless
 */
public record SignalInfo(int signal, int code, int pid, int uid, int value) {

    /** Sent by kill. */
    public static final int SI_USER = 0;
    /** Sent by sigqueue. */
    public static final int SI_QUEUE = -1;
    /** Sent by tkill or tgkill. */
    public static final int SI_TKILL = -6;

    /** {@code siginfo_t}: signo @0, code @8, pid @16, uid @20, value @24. */
    static SignalInfo decode(MemorySegment info) {
        return new SignalInfo(info.get(INT, 0), info.get(INT, 8), info.get(INT, 16), info.get(INT, 20),
                info.get(INT, 24));
    }

    /** {@code struct signalfd_siginfo}: signo @0, code @8, pid @12, uid @16, int @44. */
    static SignalInfo decodeSignalFd(MemorySegment info) {
        return new SignalInfo(info.get(INT, 0), info.get(INT, 8), info.get(INT, 12), info.get(INT, 16),
                info.get(INT, 44));
    }
}
