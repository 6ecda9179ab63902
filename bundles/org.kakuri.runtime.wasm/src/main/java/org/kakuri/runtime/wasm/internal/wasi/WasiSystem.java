package org.kakuri.runtime.wasm.internal.wasi;

import java.security.SecureRandom;
import java.util.List;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;

/** The calls that concern the process: arguments, environment, clocks, random numbers. Each returns a WASI error number. */
final class WasiSystem {
    private static final int CHUNK = 1 << 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private WasiSystem() {}

    static int sizes(WasiProcess p, List<byte[]> strings, int count, int bytes) {
        p.memory().range(bytes, 4);
        p.memory().writeI32(count, strings.size());
        p.memory().writeI32(bytes, strings.stream().mapToInt(s -> s.length).sum());
        return WasiErrno.SUCCESS;
    }

    static int strings(WasiProcess p, List<byte[]> strings, int pointers, int bytes) {
        int at = bytes;
        int pointer = pointers;
        for (byte[] string : strings) {
            p.memory().write(at, string, 0, string.length);
            p.memory().writeI32(pointer, at);
            at += string.length;
            pointer += 4;
        }
        return WasiErrno.SUCCESS;
    }

    private static boolean isClock(int id) {
        return id >= HostClock.REALTIME && id <= HostClock.THREAD_CPU;
    }

    /** The realtime clock ticks in microseconds here, CPU time likewise, the monotonic one in nanoseconds. */
    static int clockResolution(WasiProcess p, int id, int result) {
        if (!isClock(id)) {
            return WasiErrno.INVAL;
        }
        p.memory().writeLong(result, id == HostClock.MONOTONIC ? 1 : 1000);
        return WasiErrno.SUCCESS;
    }

    static int clockTime(WasiProcess p, int id, int result) {
        if (!isClock(id)) {
            return WasiErrno.INVAL;
        }
        p.memory().writeLong(result, p.clock().nanos(id));
        return WasiErrno.SUCCESS;
    }

    static int random(WasiProcess p, int at, int length) {
        GuestMemory memory = p.memory();
        memory.range(at, length);
        long left = Integer.toUnsignedLong(length);
        byte[] chunk = new byte[(int) Math.min(left, CHUNK)];
        int to = at;
        while (left > 0) {
            int part = (int) Math.min(left, CHUNK);
            RANDOM.nextBytes(chunk);
            memory.write(to, chunk, 0, part);
            to += part;
            left -= part;
        }
        return WasiErrno.SUCCESS;
    }

    static int yield(WasiProcess p) {
        Thread.yield();
        return WasiErrno.SUCCESS;
    }

    static int exit(WasiProcess p, int status) {
        throw new ProcExit(status);
    }
}
