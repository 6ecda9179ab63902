package org.kakuri.platform.linux;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Waiting for threads, and what they allocate. */
public final class TestThreads {

    private static final int FUTEX_PRIVATE_FLAG = 0x80;

    private TestThreads() {}

    /** Runs something on a thread of its own, to its end; what it throws fails the caller. */
    public static void run(Runnable body) {
        start(body).join();
    }

    /** Starts something on a platform thread; join the result to see what it threw. */
    public static CompletableFuture<Void> start(Runnable body) {
        return CompletableFuture.runAsync(body, r -> Thread.ofPlatform().start(r));
    }

    /**
     * Waits until the thread of that kernel name blocks in a system call. Waits of the JVM itself do not count: they are
     * futexes with FUTEX_PRIVATE_FLAG, which none of our calls uses.
     */
    public static void awaitBlockedInKernel(String name) throws IOException {
        int task = 0;
        while (task == 0) {
            Thread.yield();
            task = find(name);
        }
        Path call = Path.of("/proc/self/task/" + task + "/syscall");
        while (!isBlocked(Files.readString(call).strip().split(" "))) {
            Thread.yield();
        }
    }

    /** /proc/PID/syscall: "running", or number, arguments, stack and instruction pointer. */
    private static boolean isBlocked(String[] call) {
        if (call.length < 9) {
            return false;
        }
        boolean futex = Long.parseLong(call[0]) == SystemCalls.FUTEX;
        return !futex || (Long.decode(call[2]) & FUTEX_PRIVATE_FLAG) == 0;
    }

    private static int find(String name) throws IOException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                try {
                    if (Files.readString(task.resolve("comm")).strip().equals(name)) {
                        return Integer.parseInt(task.getFileName().toString());
                    }
                } catch (NoSuchFileException ended) {
                    continue;
                }
            }
        }
        return 0;
    }

    /** Bytes the calling thread allocates per call once it is compiled; the least of some rounds. */
    public static long bytesPerCall(int calls, Runnable call) {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 60 && least > 64; round++) {
            long before = bean.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                call.run();
            }
            least = Math.min(least, (bean.getCurrentThreadAllocatedBytes() - before) / calls);
        }
        return least;
    }
}
