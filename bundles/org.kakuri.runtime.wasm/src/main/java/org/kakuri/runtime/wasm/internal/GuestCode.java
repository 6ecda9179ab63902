package org.kakuri.runtime.wasm.internal;

import java.lang.foreign.Arena;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InsideCode;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.runtime.wasm.internal.calls.Services;
import org.kakuri.runtime.wasm.internal.engine.Engine;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;
import org.kakuri.runtime.wasm.internal.wasi.HostClock;
import org.kakuri.runtime.wasm.internal.wasi.ProcExit;
import org.kakuri.runtime.wasm.internal.wasi.WasiProcess;
import org.kakuri.runtime.wasm.internal.wasi.WasiTable;
import run.endive.runtime.Instance;
import run.endive.wasm.types.MemoryLimits;

/** What executes inside the instance for one guest: the engine, the WASI layer, and the guest's module. */
final class GuestCode implements InsideCode {
    private final Engine.Program program;
    private final Command command;
    private final GuestSetup setup;
    private final LinearMemories.Linear memory;
    private final SharedRanges shared;
    private final int ceiling;
    private final boolean clockInside;
    private final HostClock hostClock;
    private volatile GuestFault fault;
    private volatile long peakPages;

    /**
     * @param program what is started
     * @param command arguments and environment
     * @param setup its descriptors and who executes calls on them
     * @param memory its linear memory
     * @param shared parts of it that are not the instance's own
     * @param ceiling most pages it may have
     * @param clockInside whether clocks are read inside
     * @param hostClock reads them there
     */
    GuestCode(Engine.Program program, Command command, GuestSetup setup, LinearMemories.Linear memory,
            SharedRanges shared,
            int ceiling, boolean clockInside, HostClock hostClock) {
        this.program = program;
        this.command = command;
        this.setup = setup;
        this.memory = memory;
        this.shared = shared;
        this.ceiling = ceiling;
        this.clockInside = clockInside;
        this.hostClock = hostClock;
    }

    @Override
    public int run(Inside inside) throws GuestFault {
        try (Arena arena = Arena.ofConfined()) {
            setup.enter(inside);
            HostClock clock = clockInside ? hostClock
                    : id -> inside.callHost(new HostRequest(Services.CLOCK, id, 0));
            PosixCalls waiting = setup.waiting();
            var process = new WasiProcess(command.argv(), command.env(), clock, waiting,
                    arena.allocate(WasiProcess.SCRATCH_BYTES, 8), inside::sealing, setup::settle);
            process.share(shared);
            setup.describe(process);
            start(inside, process);
            return 0;
        } catch (ProcExit exit) {
            return exit.status();
        } catch (RuntimeException | VirtualMachineError e) {
            fault = GuestFault.of(e);
            throw fault;
        }
    }

    private void start(Inside inside, WasiProcess process) {
        Instance instance = Instance.builder(program.image().module())
                .withImportValues(WasiTable.imports(process))
                .withMemoryFactory(limits -> attach(inside, process, limits))
                .withMachineFactory(program.machine())
                .withInitialize(false)
                .build();
        instance.initialize(false);
        instance.export("_start").apply();
    }

    private GuestMemory attach(Inside inside, WasiProcess process, MemoryLimits limits) {
        var linear = new GuestMemory(memory.segment(), limits, ceiling, (from, to) -> extend(inside, to));
        process.attach(linear);
        return linear;
    }

    /** The part of growing inside the instance: has pages offered that are not there yet, and accepts them. */
    private boolean extend(Inside inside, int to) {
        if (to > memory.offered()) {
            if (inside.callHost(new HostRequest(Services.MEMORY, to, 0)) == -Errno.ENOMEM
                    || memory.offered() < to) {
                return false;
            }
        }
        if (to > memory.accepted()) {
            inside.accept(memory.accept(memory.offered()));
        }
        peakPages = Math.max(peakPages, to);
        return true;
    }

    /** Returns why it faulted, or null. */
    GuestFault fault() {
        return fault;
    }

    /** Returns the most linear memory it had, in bytes. */
    long peakBytes() {
        return peakPages << GuestMemory.PAGE_SHIFT;
    }
}
