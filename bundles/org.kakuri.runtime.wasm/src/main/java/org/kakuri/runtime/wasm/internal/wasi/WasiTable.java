package org.kakuri.runtime.wasm.internal.wasi;

import static run.endive.wasm.types.ValType.I32;
import static run.endive.wasm.types.ValType.I64;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kakuri.platform.linux.posix.PosixOp;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;
import org.kakuri.runtime.wasm.internal.memory.OutOfBounds;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/**
 * Every function a guest may import, one row each: all of WASI preview 1, in the order of its specification
 * (witx/wasi_snapshot_preview1.witx), and the calls of TZm-TA beyond it. A pointer that lies outside the guest's memory
 * gives FAULT. After each call handlers of signals that came meanwhile run ({@link GuestSignalHandlers}).
 */
public final class WasiTable {
    /** Import module of WASI. */
    static final String WASI = "wasi_snapshot_preview1";
    /** Import module of TZm-TA. */
    static final String TZM = "tzm";

    /** Called while signals are delivered, so nothing is delivered after it. */
    private static final String TAKES_SIGNALS = PosixOp.SIGNEXT.call();
    /** Calls that a signal ends although its handler was installed with SA_RESTART. Source: signal(7). */
    private static final Set<String> NEVER_MADE_AGAIN = Set.of("poll", "nanosleep", "sigtimedwait", "sigsuspend");

    private static final Map<String, Row> ROWS = new LinkedHashMap<>();
    private static final FunctionType SEALING = FunctionType.of(List.of(I32, I32, I32, I32, I32, I32), List.of(I32));
    private static final long[] NOTHING = {};
    private static final long[][] RESULTS = new long[WasiErrno.NOTCAPABLE + 1][];

    private WasiTable() {}

    /** Executes one call. */
    @FunctionalInterface
    interface Call {
        /** Returns a WASI error number, or for {@link #TZM} the result itself. */
        int run(WasiProcess process, long[] arguments);
    }

    /**
     * A function.
     *
     * @param module import module
     * @param name import name
     * @param type its type
     * @param call what it does
     * @param gap why it only answers with an error, or an empty text
     */
    record Row(String module, String name, FunctionType type, Call call, String gap) {}

    private static void row(String name, Call call, ValType... parameters) {
        add(new Row(WASI, name, FunctionType.of(List.of(parameters), List.of(I32)), call, ""));
    }

    private static void unsupported(String name, int errno, String gap, ValType... parameters) {
        add(new Row(WASI, name, FunctionType.of(List.of(parameters), List.of(I32)), (p, a) -> errno, gap));
    }

    private static void add(Row row) {
        if (ROWS.putIfAbsent(row.module + "." + row.name, row) != null) {
            throw new IllegalStateException("two rows for " + row.name);
        }
    }

    static {
        for (int i = 0; i < RESULTS.length; i++) {
            RESULTS[i] = new long[] {i};
        }
        row("args_get", (p, a) -> WasiSystem.strings(p, p.arguments(), (int) a[0], (int) a[1]), I32, I32);
        row("args_sizes_get", (p, a) -> WasiSystem.sizes(p, p.arguments(), (int) a[0], (int) a[1]), I32, I32);
        row("environ_get", (p, a) -> WasiSystem.strings(p, p.environment(), (int) a[0], (int) a[1]), I32, I32);
        row("environ_sizes_get", (p, a) -> WasiSystem.sizes(p, p.environment(), (int) a[0], (int) a[1]), I32, I32);
        row("clock_res_get", (p, a) -> WasiSystem.clockResolution(p, (int) a[0], (int) a[1]), I32, I32);
        row("clock_time_get", (p, a) -> WasiSystem.clockTime(p, (int) a[0], (int) a[2]), I32, I64, I32);
        row("fd_advise", (p, a) -> WasiFiles.advise(p, (int) a[0], a[1], a[2], (int) a[3]), I32, I64, I64, I32);
        row("fd_allocate", (p, a) -> WasiFiles.allocate(p, (int) a[0], a[1], a[2]), I32, I64, I64);
        row("fd_close", (p, a) -> WasiFiles.close(p, (int) a[0]), I32);
        row("fd_datasync", (p, a) -> WasiFiles.datasync(p, (int) a[0]), I32);
        row("fd_fdstat_get", (p, a) -> WasiFiles.fdstat(p, (int) a[0], (int) a[1]), I32, I32);
        row("fd_fdstat_set_flags", (p, a) -> WasiFiles.setFlags(p, (int) a[0], (int) a[1]), I32, I32);
        row("fd_fdstat_set_rights", (p, a) -> WasiFiles.setRights(p, (int) a[0], a[1], a[2]), I32, I64, I64);
        row("fd_filestat_get", (p, a) -> WasiFiles.filestat(p, (int) a[0], (int) a[1]), I32, I32);
        row("fd_filestat_set_size", (p, a) -> WasiFiles.setSize(p, (int) a[0], a[1]), I32, I64);
        row("fd_filestat_set_times", (p, a) -> WasiFiles.setTimes(p, (int) a[0], a[1], a[2], (int) a[3]), I32, I64,
                I64, I32);
        row("fd_pread", (p, a) -> WasiFiles.pread(p, (int) a[0], (int) a[1], (int) a[2], a[3], (int) a[4]), I32, I32,
                I32, I64, I32);
        row("fd_prestat_get", (p, a) -> WasiFolders.prestat(p, (int) a[0], (int) a[1]), I32, I32);
        row("fd_prestat_dir_name", (p, a) -> WasiFolders.prestatName(p, (int) a[0], (int) a[1], (int) a[2]), I32, I32,
                I32);
        row("fd_pwrite", (p, a) -> WasiFiles.pwrite(p, (int) a[0], (int) a[1], (int) a[2], a[3], (int) a[4]), I32,
                I32, I32, I64, I32);
        row("fd_read", (p, a) -> WasiFiles.read(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3]), I32, I32, I32,
                I32);
        row("fd_readdir", (p, a) -> WasiFolders.readdir(p, (int) a[0], (int) a[1], (int) a[2], a[3], (int) a[4]), I32,
                I32, I32, I64, I32);
        row("fd_renumber", (p, a) -> WasiFiles.renumber(p, (int) a[0], (int) a[1]), I32, I32);
        row("fd_seek", (p, a) -> WasiFiles.seek(p, (int) a[0], a[1], (int) a[2], (int) a[3]), I32, I64, I32, I32);
        row("fd_sync", (p, a) -> WasiFiles.sync(p, (int) a[0]), I32);
        row("fd_tell", (p, a) -> WasiFiles.tell(p, (int) a[0], (int) a[1]), I32, I32);
        row("fd_write", (p, a) -> WasiFiles.write(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3]), I32, I32, I32,
                I32);
        row("path_create_directory", (p, a) -> WasiPaths.createDirectory(p, (int) a[0], (int) a[1], (int) a[2]), I32,
                I32, I32);
        row("path_filestat_get", (p, a) -> WasiPaths.filestat(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3],
                (int) a[4]), I32, I32, I32, I32, I32);
        row("path_filestat_set_times", (p, a) -> WasiPaths.setTimes(p, (int) a[0], (int) a[1], (int) a[2],
                (int) a[3], a[4], a[5], (int) a[6]), I32, I32, I32, I32, I64, I64, I32);
        row("path_link", (p, a) -> WasiPaths.link(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4],
                (int) a[5], (int) a[6]), I32, I32, I32, I32, I32, I32, I32);
        row("path_open", (p, a) -> WasiPaths.open(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4],
                a[5], a[6], (int) a[7], (int) a[8]), I32, I32, I32, I32, I32, I64, I64, I32, I32);
        row("path_readlink", (p, a) -> WasiPaths.readlink(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3],
                (int) a[4], (int) a[5]), I32, I32, I32, I32, I32, I32);
        row("path_remove_directory", (p, a) -> WasiPaths.removeDirectory(p, (int) a[0], (int) a[1], (int) a[2]), I32,
                I32, I32);
        row("path_rename", (p, a) -> WasiPaths.rename(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4],
                (int) a[5]), I32, I32, I32, I32, I32, I32);
        row("path_symlink", (p, a) -> WasiPaths.symlink(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3],
                (int) a[4]), I32, I32, I32, I32, I32);
        row("path_unlink_file", (p, a) -> WasiPaths.unlink(p, (int) a[0], (int) a[1], (int) a[2]), I32, I32, I32);
        row("poll_oneoff", (p, a) -> WasiPoll.oneoff(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3]), I32, I32,
                I32, I32);
        add(new Row(WASI, "proc_exit", FunctionType.of(List.of(I32), List.of()),
                (p, a) -> WasiSystem.exit(p, (int) a[0]), ""));
        unsupported("proc_raise", WasiErrno.NOSYS, "a guest has no signals", I32);
        row("sched_yield", (p, a) -> WasiSystem.yield(p));
        row("random_get", (p, a) -> WasiSystem.random(p, (int) a[0], (int) a[1]), I32, I32);
        row("sock_accept", (p, a) -> WasiSockets.accept(p, (int) a[0], (int) a[1], (int) a[2]), I32, I32, I32);
        row("sock_recv", (p, a) -> WasiSockets.receive(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4],
                (int) a[5]), I32, I32, I32, I32, I32, I32);
        row("sock_send", (p, a) -> WasiSockets.send(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4]),
                I32, I32, I32, I32, I32);
        row("sock_shutdown", (p, a) -> WasiSockets.shutdown(p, (int) a[0], (int) a[1]), I32, I32);
        add(new Row(TZM, "write_read", FunctionType.of(List.of(I32, I32, I32, I32, I32, I32), List.of(I32)),
                (p, a) -> writeRead(p, (int) a[0], (int) a[1], (int) a[2], (int) a[3], (int) a[4], (int) a[5]), ""));
        add(new Row(TZM, "seal", SEALING, (p, a) -> TzmSealing.call(p, (keys, b) -> keys.seal(b[0], b[1]), a), ""));
        add(new Row(TZM, "unseal", SEALING, (p, a) -> TzmSealing.call(p, (keys, b) -> keys.unseal(b[0], b[1]), a),
                ""));
        for (PosixOp op : PosixOp.values()) {
            if (op.generic() && op != PosixOp.SPAWN) {
                tzm(op.call(), (p, a) -> TzmCalls.run(op, p, a), TzmCalls.parameters(op).toArray(ValType[]::new));
            }
        }
        tzm("poll", (p, a) -> TzmCalls.poll(p, (int) a[0], (int) a[1], (int) a[2]), I32, I32, I32);
        tzm("dup", (p, a) -> TzmCalls.dup(p, (int) a[0]), I32);
        tzm("dup2", (p, a) -> TzmCalls.dup2(p, (int) a[0], (int) a[1]), I32, I32);
        tzm("map", (p, a) -> TzmCalls.map(p, (int) a[0], a[1], (int) a[2], (int) a[3]), I32, I64, I32, I32);
        tzm("unmap", (p, a) -> TzmCalls.unmap(p, (int) a[0], (int) a[1]), I32, I32);
        tzm("spawn", (p, a) -> TzmCalls.spawn(p, (int) a[0], (int) a[1]), I32, I32);
        tzm("safepoint", (p, a) -> 0);
        tzm("on_signal", (p, a) -> p.signals().use((int) a[0]), I32);
    }

    private static void tzm(String name, Call call, ValType... parameters) {
        add(new Row(TZM, name, FunctionType.of(List.of(parameters), List.of(I32)), call, ""));
    }

    /** Returns the rows. */
    static List<Row> rows() {
        return List.copyOf(ROWS.values());
    }

    /** Returns the types of the functions a module may import, by {@code module.name}. */
    public static Map<String, FunctionType> types() {
        return ROWS.entrySet()
                .stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().type));
    }

    /** Returns the functions, bound to a process. */
    public static ImportValues imports(WasiProcess process) {
        var imports = ImportValues.builder();
        for (Row row : ROWS.values()) {
            imports.addFunction(new HostFunction(row.module, row.name, row.type,
                    row.module.equals(WASI) ? (instance, a) -> errno(row, process, instance, a)
                            : (instance, a) -> new long[] {value(row, process, instance, a)}));
        }
        return imports.build();
    }

    private static long[] errno(Row row, WasiProcess process, Instance instance, long[] arguments) {
        int errno;
        boolean again;
        do {
            try {
                errno = row.call.run(process, arguments);
                process.settle();
            } catch (OutOfBounds e) {
                errno = WasiErrno.FAULT;
            }
            again = process.signals().deliver(instance) && errno == WasiErrno.INTR;
        } while (again);
        return row.type.returns().isEmpty() ? NOTHING : RESULTS[errno];
    }

    private static long value(Row row, WasiProcess process, Instance instance, long[] arguments) {
        int value;
        boolean again;
        do {
            try {
                value = row.call.run(process, arguments);
                process.settle();
            } catch (OutOfBounds e) {
                value = -WasiErrno.FAULT;
            }
            again = !row.name.equals(TAKES_SIGNALS) && process.signals().deliver(instance) && value == -WasiErrno.INTR
                    && !NEVER_MADE_AGAIN.contains(row.name);
        } while (again);
        return value;
    }

    /**
     * Writes all bytes to one descriptor, then reads once from another, for the price of one crossing: bytes read, or minus
     * a WASI error number. Both descriptors must have the same owner.
     */
    private static int writeRead(WasiProcess p, int writeFd, int from, int fromBytes, int readFd, int to, int toBytes) {
        GuestFd out = p.descriptors().get(writeFd);
        GuestFd in = p.descriptors().get(readFd);
        int bad = WasiFiles.check(out, WasiRights.FD_WRITE);
        bad = bad != 0 ? bad : WasiFiles.check(in, WasiRights.FD_READ);
        if (bad != 0 || out.calls != in.calls) {
            return bad != 0 ? -bad : -WasiErrno.XDEV;
        }
        GuestMemory memory = p.memory();
        long source = memory.range(from, fromBytes);
        long target = memory.range(to, toBytes);
        long n = out.calls.writeThenRead(out.number, in.number, memory.segment(), source,
                Integer.toUnsignedLong(fromBytes), memory.segment(), target, Integer.toUnsignedLong(toBytes));
        return n < 0 ? -WasiErrno.of(n) : (int) n;
    }
}
