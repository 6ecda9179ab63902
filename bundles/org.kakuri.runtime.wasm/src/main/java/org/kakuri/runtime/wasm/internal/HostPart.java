package org.kakuri.runtime.wasm.internal;

import java.lang.management.ManagementFactory;
import java.util.Map;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Resume;
import org.kakuri.platform.linux.Errno;
import org.kakuri.runtime.wasm.internal.calls.PageChannel;
import org.kakuri.runtime.wasm.internal.calls.Services;
import org.kakuri.runtime.wasm.internal.wasi.HostClock;

/** The host's part of one guest: answers what its code leaves the instance for, on the guest's thread. */
final class HostPart implements ExitHandler, HostClock {
    private static final Resume DONE = new Resume.Reply(0);

    private final Map<String, PageChannel> channels;
    private final LinearMemories memories;
    private final LinearMemories.Linear memory;

    /**
     * @param channels who serves POSIX calls, by service
     * @param memories where memory comes from
     * @param memory the guest's
     */
    HostPart(Map<String, PageChannel> channels, LinearMemories memories, LinearMemories.Linear memory) {
        this.channels = channels;
        this.memories = memories;
        this.memory = memory;
    }

    @Override
    public Resume onExit(Exit exit) {
        return exit instanceof Exit.HostCall(HostRequest request) ? answer(request) : Resume.CONTINUE;
    }

    private Resume answer(HostRequest request) {
        PageChannel channel = channels.get(request.service());
        if (channel != null) {
            long status = channel.serve(request);
            return status == 0 ? DONE : new Resume.Reply(status);
        }
        return new Resume.Reply(switch (request.service()) {
        case Services.MEMORY -> memories.offer(memory, request.operation()) ? 0 : -Errno.ENOMEM;
        case Services.CLOCK -> nanos(request.operation());
        default -> -Errno.ENOSYS;
        });
    }

    @Override
    public long nanos(int id) {
        return switch (id) {
        case HostClock.REALTIME -> {
            var now = java.time.Instant.now();
            yield now.getEpochSecond() * 1_000_000_000L + now.getNano();
        }
        case HostClock.MONOTONIC -> System.nanoTime();
        default -> cpuNanos();
        };
    }

    /** CPU time of the calling thread in ns. Not by getrusage, which counts a running thread in ticks of milliseconds. */
    static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
