package org.kakuri.platform.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Signals to be read like a file, signalfd(2); they must be blocked in every thread, see {@link Signals}. */
public final class SignalFd implements AutoCloseable {

    private static final int SFD_CLOEXEC = 0x80000;
    private static final long INFO_BYTES = 128;
    private static final MethodHandle SIGNALFD = Native.withErrno("signalfd", Native.INT, Native.INT, Native.POINTER,
            Native.INT);

    private final Fd fd;

    private SignalFd(Fd fd) {
        this.fd = fd;
    }

    /** Opens one for the given signals. */
    public static SignalFd open(int... signals) {
        long mask = Signals.mask(signals);
        MemorySegment state = Native.state();
        try {
            int r = Native.result(state,
                    (int) SIGNALFD.invokeExact(state, -1, Signals.sigset(state, mask), SFD_CLOEXEC));
            return new SignalFd(Fd.own((int) Native.check(r, "signalfd", "signals=0x" + Long.toHexString(mask))));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Readable when a signal is pending for the polling thread or the process; owned by this object. */
    public Fd fd() {
        return fd;
    }

    /** Takes one signal, waiting for it. Poll {@link #fd} together with a {@link WakeFd} first to stay wakeable. */
    public SignalInfo read() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(INFO_BYTES, 8);
            long n = FdIo.read(fd, info);
            if (n != INFO_BYTES) {
                throw new NativeException("read", "signalfd=" + fd.number() + ", received=" + n + " of " + INFO_BYTES,
                        Errno.EIO);
            }
            return SignalInfo.decodeSignalFd(info);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
