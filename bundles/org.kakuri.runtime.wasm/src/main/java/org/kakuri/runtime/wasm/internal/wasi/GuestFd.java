package org.kakuri.runtime.wasm.internal.wasi;

import org.kakuri.platform.linux.posix.PosixCalls;

/** A descriptor as the guest knows it. Used by the guest's thread only. */
final class GuestFd {
    /** Who executes calls on it. */
    final PosixCalls calls;
    /** The number it has there. */
    final int number;
    /** See {@link FileTypes}. */
    final int type;
    /** Guest path of a preopened folder, or null. */
    final String preopen;
    /** What the guest may do with it. */
    long rights;
    /** What the guest may do with what it opens through it. */
    long inheriting;

    GuestFd(PosixCalls calls, int number, int type, long rights, long inheriting, String preopen) {
        this.calls = calls;
        this.number = number;
        this.type = type;
        this.rights = rights & WasiRights.of(type);
        this.inheriting = inheriting;
        this.preopen = preopen;
    }

    boolean may(long wanted) {
        return (rights & wanted) == wanted;
    }

    boolean isDirectory() {
        return type == FileTypes.DIRECTORY;
    }

    boolean isRegular() {
        return type == FileTypes.REGULAR;
    }
}
