package org.kakuri.platform.linux;

/**
 * Numbers of the system calls that glibc has no function for, and constants that differ between architectures. Source:
 * asm/unistd_64.h (x86-64), asm-generic/unistd.h (AArch64), asm/fcntl.h of both.
 */
final class SystemCalls {

    /** Calls added since Linux 5.1 have one number on all architectures. */
    static final long PIDFD_SEND_SIGNAL = 424;
    static final long PIDFD_OPEN = 434;
    static final long OPENAT2 = 437;
    static final long PIDFD_GETFD = 438;

    private static final boolean X86 = isX86(System.getProperty("os.arch"));

    static final long FUTEX = X86 ? 202 : 98;
    static final long GETTID = X86 ? 186 : 178;
    static final long TGKILL = X86 ? 234 : 131;
    static final long GETDENTS64 = X86 ? 217 : 61;

    static final int O_DIRECTORY = X86 ? 0x10000 : 0x4000;
    static final int O_NOFOLLOW = X86 ? 0x20000 : 0x8000;
    static final int O_DIRECT = X86 ? 0x4000 : 0x10000;

    private SystemCalls() {}

    static boolean isX86(String architecture) {
        return switch (architecture) {
        case "amd64", "x86_64" -> true;
        case "aarch64" -> false;
        default -> throw new UnsupportedOperationException(
                "unsupported architecture: os.arch=" + architecture + "; Kakuri runs on amd64 and aarch64");
        };
    }
}
