package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;

/**
 * Path calls that cannot leave the directory they start from. Only openat2 can promise that, so each call first opens the
 * parent of the last component beneath the directory and then names just that component, which Linux does not follow here.
 */
final class BeneathPaths {

    private static final int PARENT_FLAGS = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;

    private BeneathPaths() {}

    @FunctionalInterface
    interface OnParent {
        long call(int parent, String name);
    }

    @FunctionalInterface
    interface OnParents {
        int call(int fromParent, String from, int toParent, String to);
    }

    /** Runs a call on the parent of the last component. */
    static long inParent(int directory, String path, OnParent call) {
        String trimmed = withoutTrailingSlashes(path);
        int slash = trimmed.lastIndexOf('/');
        String name = trimmed.substring(slash + 1);
        if (trimmed.isEmpty()) {
            return path.isEmpty() ? -Errno.ENOENT : -Errno.EXDEV;
        }
        if (name.equals(".") || name.equals("..")) {
            return -Errno.EINVAL;
        }
        int parent = PathCalls.openBeneathRaw(directory, slash < 0 ? "." : trimmed.substring(0, slash + 1),
                PARENT_FLAGS, 0);
        if (parent < 0) {
            return parent;
        }
        try {
            return call.call(parent, name);
        } finally {
            Fd.closeRaw(parent);
        }
    }

    static int inParents(int fromDirectory, String from, int toDirectory, String to, OnParents call) {
        return (int) inParent(fromDirectory, from, (fromParent, fromName) -> inParent(toDirectory, to,
                (toParent, toName) -> call.call(fromParent, fromName, toParent, toName)));
    }

    /** A path ending in a slash means a directory; what removes or reads another kind of file refuses it. */
    static boolean meansDirectory(String path) {
        return path.endsWith("/");
    }

    /** Runs a call on what a path leads to, links followed unless {@code noFollow}. */
    static int onTarget(int directory, String path, boolean noFollow, java.util.function.IntUnaryOperator call) {
        int target = PathCalls.openBeneathRaw(directory, path,
                OpenFlags.O_PATH | (noFollow ? OpenFlags.O_NOFOLLOW : 0), 0);
        if (target < 0) {
            return target;
        }
        try {
            return call.applyAsInt(target);
        } finally {
            Fd.closeRaw(target);
        }
    }

    static int stat(int directory, String path, boolean noFollow, MemorySegment buffer, long offset) {
        return onTarget(directory, path, noFollow, target -> FileStatus.fstatRaw(target, buffer, offset));
    }

    private static String withoutTrailingSlashes(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }
}
