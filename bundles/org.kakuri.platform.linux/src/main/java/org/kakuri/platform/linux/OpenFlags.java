package org.kakuri.platform.linux;

/** Flags of open, asm/fcntl.h; those that differ between x86-64 and AArch64 have this machine's value. */
public final class OpenFlags {

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    /** Mask of the access mode. */
    public static final int O_ACCMODE = 3;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_NOCTTY = 0x100;
    public static final int O_TRUNC = 0x200;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_DSYNC = 0x1000;
    public static final int O_SYNC = 0x101000;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;
    public static final int O_DIRECTORY = SystemCalls.O_DIRECTORY;
    public static final int O_NOFOLLOW = SystemCalls.O_NOFOLLOW;
    public static final int O_DIRECT = SystemCalls.O_DIRECT;
    /** Nameless file in a directory; contains O_DIRECTORY. */
    public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

    private OpenFlags() {}
}
