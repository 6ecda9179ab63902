package org.kakuri.runtime.wasm.internal.wasi;

import org.kakuri.platform.linux.OpenFlags;

/** The calls {@code sock_*}, on sockets that the guest was given. Each returns a WASI error number. */
final class WasiSockets {
    private static final int NONBLOCK = 4;
    private static final int BOTH = 3;

    private WasiSockets() {}

    private static int check(GuestFd fd, long right) {
        if (fd != null && fd.type != FileTypes.SOCKET_STREAM && fd.type != FileTypes.SOCKET_DGRAM) {
            return WasiErrno.NOTSOCK;
        }
        return WasiFiles.check(fd, right);
    }

    static int accept(WasiProcess p, int number, int flags, int result) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.SOCK_ACCEPT);
        if (bad != 0 || (flags & ~NONBLOCK) != 0) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        p.memory().range(result, 4);
        if (!p.descriptors().hasRoom()) {
            return WasiErrno.MFILE;
        }
        int accepted = fd.calls.accept(fd.number, flags == 0 ? 0 : OpenFlags.O_NONBLOCK);
        if (accepted >= 0) {
            p.memory()
                    .writeI32(result, p.descriptors()
                            .add(0,
                                    new GuestFd(fd.calls, accepted, FileTypes.SOCKET_STREAM, WasiRights.ALL, 0, null)));
        }
        return WasiErrno.of(accepted);
    }

    /** Divergence: no peeking and no waiting for all bytes. */
    static int receive(WasiProcess p, int number, int vectors, int count, int flags, int result, int resultFlags) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_READ);
        if (bad != 0 || flags != 0) {
            return bad != 0 ? bad : WasiErrno.NOTSUP;
        }
        p.memory().writeShort(resultFlags, (short) 0);
        return p.io().read(p.memory(), fd, vectors, count, result, WasiIo.READ, -1);
    }

    static int send(WasiProcess p, int number, int vectors, int count, int flags, int result) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_WRITE);
        if (bad != 0 || flags != 0) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        return p.io().write(p.memory(), fd, vectors, count, result, WasiIo.WRITE, -1);
    }

    static int shutdown(WasiProcess p, int number, int how) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.SOCK_SHUTDOWN);
        if (bad != 0 || how < 1 || how > BOTH) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        return WasiErrno.of(fd.calls.shutdown(fd.number, how - 1));
    }
}
