package org.kakuri.runtime.wasm.internal.wasi;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.kakuri.api.tee.Sealing;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;
import run.endive.wasm.types.MemoryLimits;

/** What the WASI calls of one guest work on. Made and used by the guest's thread. */
public final class WasiProcess {
    /** Bytes of scratch memory. */
    public static final int SCRATCH_BYTES = 128 << 10;

    private final List<byte[]> arguments;
    private final List<byte[]> environment;
    private final HostClock clock;
    private final PosixCalls waiting;
    private final MemorySegment scratch;
    private final Supplier<Sealing> sealing;
    private final Runnable settle;
    private final GuestDescriptors descriptors = new GuestDescriptors();
    private final WasiIo io;
    private final GuestSignalHandlers signals;
    private SharedFiles shared;
    private GuestMemory memory = new GuestMemory(MemorySegment.NULL, new MemoryLimits(0, 0), 0, (from, to) -> true);

    /**
     * @param argv arguments, the program's name first
     * @param env environment
     * @param clock reads clocks
     * @param waiting executes waits that concern no descriptor
     * @param scratch native memory of {@link #SCRATCH_BYTES}, inside the instance
     * @param sealing keys of the instance's code, if it has any
     * @param settle called after each call of the guest's
     */
    public WasiProcess(List<String> argv, Map<String, String> env, HostClock clock, PosixCalls waiting,
            MemorySegment scratch, Supplier<Sealing> sealing, Runnable settle) {
        this.arguments = argv.stream().map(WasiProcess::cString).toList();
        this.environment = env.entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> cString(e.getKey() + "=" + e.getValue()))
                .toList();
        this.clock = clock;
        this.waiting = waiting;
        this.scratch = scratch;
        this.sealing = sealing;
        this.settle = settle;
        this.io = new WasiIo(scratch);
        this.signals = new GuestSignalHandlers(waiting);
    }

    private static byte[] cString(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    /** Says which linear memory the guest's addresses refer to. */
    public void attach(GuestMemory linear) {
        memory = linear;
    }

    /**
     * Gives the guest an open descriptor.
     *
     * @param guest number the guest knows it by
     * @param calls who executes calls on it
     * @param number number it has there
     * @return 0, or {@code -errno} if it is not open there
     */
    public int give(int guest, PosixCalls calls, int number) {
        int status = calls.fstat(number, scratch, 0, FileStatus.BYTES);
        if (status < 0) {
            return status;
        }
        int flags = calls.fcntlGetFl(number);
        if (flags < 0) {
            return flags;
        }
        int type = FileTypes.ofMode(FileStatus.decode(scratch, 0).type());
        descriptors.put(guest, new GuestFd(calls, number, type, rights(flags), 0, null));
        return 0;
    }

    private static long rights(int flags) {
        return switch (flags & OpenFlags.O_ACCMODE) {
        case OpenFlags.O_RDONLY -> WasiRights.ALL & ~(WasiRights.FD_WRITE | WasiRights.FD_ALLOCATE
                | WasiRights.FD_FILESTAT_SET_SIZE | WasiRights.FD_DATASYNC);
        case OpenFlags.O_WRONLY -> WasiRights.ALL & ~(WasiRights.FD_READ | WasiRights.FD_READDIR);
        default -> WasiRights.ALL;
        };
    }

    /** Gives the guest an open folder under the lowest number from 3 on. */
    public void preopen(String path, PosixCalls calls, int number) {
        descriptors.add(3, new GuestFd(calls, number, FileTypes.DIRECTORY, WasiRights.ALL, WasiRights.ALL, path));
    }

    /** Lets a number of the guest's read as empty and write to nowhere, unless it was given already. */
    public void nowhere(int guest) {
        if (descriptors.get(guest) == null) {
            descriptors.put(guest,
                    new GuestFd(Nowhere.INSTANCE, guest, FileTypes.CHARACTER, WasiRights.ALL, 0, null));
        }
    }

    /** Called after each call of the guest's. */
    void settle() {
        settle.run();
    }

    GuestSignalHandlers signals() {
        return signals;
    }

    /** Says who puts files into linear memory. */
    public void share(SharedFiles files) {
        shared = files;
    }

    SharedFiles shared() {
        return shared;
    }

    List<byte[]> arguments() {
        return arguments;
    }

    List<byte[]> environment() {
        return environment;
    }

    HostClock clock() {
        return clock;
    }

    PosixCalls waiting() {
        return waiting;
    }

    MemorySegment scratch() {
        return scratch;
    }

    Supplier<Sealing> sealing() {
        return sealing;
    }

    GuestDescriptors descriptors() {
        return descriptors;
    }

    WasiIo io() {
        return io;
    }

    GuestMemory memory() {
        return memory;
    }
}
