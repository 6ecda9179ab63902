package org.kakuri.platform.linux;

import java.util.Map;

/** A native call that failed: which, with what arguments, why, and what to do where we know it. */
public final class NativeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final Map<Integer, String> ADVICE = Map.ofEntries(
            Map.entry(Errno.ENOENT, "check that the path exists"),
            Map.entry(Errno.EACCES, "check the permissions of the path and its parents"),
            Map.entry(Errno.EPERM, "this user may not do that; see ./kakuri doctor"),
            Map.entry(Errno.EMFILE, "too many open descriptors in this process; raise ulimit -n or look for a leak"),
            Map.entry(Errno.ENFILE, "too many open files on this machine"),
            Map.entry(Errno.ENOMEM, "out of memory or of address space; see vm.max_map_count and vm.overcommit_memory"),
            Map.entry(Errno.ENOSPC, "no space left; free some or use another folder"),
            Map.entry(Errno.ENOSYS, "this kernel lacks the call; Linux 5.10 or newer is needed"),
            Map.entry(Errno.EPIPE, "the other end is closed"), Map.entry(Errno.ESRCH, "no such process; it has ended"),
            Map.entry(Errno.EXDEV, "the path leaves its root directory or crosses file systems"),
            Map.entry(Errno.ENAMETOOLONG, "shorten the path"),
            Map.entry(Errno.EBADF, "the descriptor is not open, or not for this"));

    private final String call;
    private final String arguments;
    private final int errno;

    /**
     * @param call      the function that failed, such as {@code open}
     * @param arguments its arguments as {@code name=value, name=value}
     * @param errno     the error number, see {@link Errno}
     */
    public NativeException(String call, String arguments, int errno) {
        super(call + " failed: errno=" + Errno.name(errno) + (arguments.isEmpty() ? "" : ", " + arguments)
                + (ADVICE.containsKey(errno) ? "; " + ADVICE.get(errno) : ""));
        this.call = call;
        this.arguments = arguments;
        this.errno = errno;
    }

    /** The function that failed. */
    public String call() {
        return call;
    }

    /** Its arguments as text. */
    public String arguments() {
        return arguments;
    }

    /** The error number, see {@link Errno}. */
    public int errno() {
        return errno;
    }
}
