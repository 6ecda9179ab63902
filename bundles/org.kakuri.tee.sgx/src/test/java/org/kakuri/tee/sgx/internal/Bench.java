package org.kakuri.tee.sgx.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.MachineModel;

/** A machine with a backend, and enclaves of two pages. */
final class Bench implements AutoCloseable {
    static final long AT = 0x10000;
    static final ExitHandler HOST = exit -> exit instanceof Exit.HostCall ? new Resume.Reply(0) : Resume.CONTINUE;

    final MachineModel machine = new MachineModel("bench", Machine.X86_64);
    final SgxBackend backend = new SgxBackend(16);
    private final Arena arena = Arena.ofShared();

    /** What is done inside. */
    interface Task<T> {
        T run(Inside inside) throws Exception;
    }

    MemorySegment pages(int count, int fill) {
        MemorySegment pages = arena.allocate(count * 4096L, 4096);
        pages.fill((byte) fill);
        return pages;
    }

    TeeInstance create(Map<String, String> options) {
        return backend.create(machine, new InstanceSpec("e", UUID.randomUUID(), 1 << 20, Pricing.NONE, options));
    }

    /** Creates an enclave with two pages, runs one thing inside and destroys it. */
    <T> T inside(int fill, Map<String, String> options, Task<T> task) throws Exception {
        try (TeeInstance enclave = create(options)) {
            enclave.attach(AT, Backing.of(pages(2, fill)), Perms.RW);
            return inside(enclave, task);
        }
    }

    /** Seals an enclave and runs one thing inside. */
    static <T> T inside(TeeInstance enclave, Task<T> task) throws Exception {
        var result = new AtomicReference<T>();
        var failure = new AtomicReference<Exception>();
        var context = enclave.addContext(new ContextSpec("c", inside -> {
            try {
                result.set(task.run(inside));
            } catch (Exception e) {
                failure.set(e);
            }
            return 0;
        }));
        enclave.seal();
        context.run(HOST);
        if (failure.get() != null) {
            throw failure.get();
        }
        return result.get();
    }

    @Override
    public void close() {
        machine.close();
        arena.close();
    }
}
