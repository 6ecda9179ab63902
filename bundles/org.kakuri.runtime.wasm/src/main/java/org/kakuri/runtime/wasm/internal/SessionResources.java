package org.kakuri.runtime.wasm.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.AnonymousMapping;
import org.kakuri.platform.linux.Mapping;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.ResourceScope;
import org.kakuri.platform.linux.ring.CorruptPage;
import org.kakuri.runtime.wasm.internal.calls.MediatedChannel;
import org.kakuri.runtime.wasm.internal.engine.WasmImage;

/**
 * What a session holds: the TEE instance with the module in it, room for linear memories, the mediator's page.
 * <p>
 * Measured, in this order: the bytes of the module at address 0x10000, read-only, filled up with zeros to whole pages; and,
 * where the backend adds no memory after sealing, the linear memories, which are all zero then. The engine and the WASI layer
 * are trusted and not measured, and neither is what compiling made of the module.
 */
final class SessionResources implements AutoCloseable {
    /** Where the module lies in the instance. */
    static final long MODULE_ADDRESS = 0x10000;

    /** What the instance's memory is made of, which goes after the instance. */
    private final ResourceScope mappings;
    private final ResourceScope held;
    private final int ceiling;
    private final boolean leaves;
    private final boolean clockInside;
    private final Optional<Integer> cpu;
    private final long moduleBytes;
    private final TeeInstance instance;
    private final LinearMemories memories;
    private final Measurement measurement;
    private final MediatedChannel mediator;

    /** Builds and seals the instance; nothing remains if that fails. */
    SessionResources(BackendLease backend, WasmImage image, SessionSpec spec, SessionOptions options) {
        boolean fixed = !backend.info().capabilities().contains(Capability.DYNAMIC_MEMORY);
        long perGuest = fixed ? spec.memoryBytes() / options.guests() : spec.memoryBytes();
        this.ceiling = image.ceiling(perGuest);
        this.leaves = !backend.cross(new IoIntent(IoIntent.Kind.FILE, 1, CallStyle.RPC)).isEmpty()
                || !backend.cross(new IoIntent(IoIntent.Kind.STREAM, 1, CallStyle.RPC)).isEmpty();
        this.clockInside = backend.cross(new IoIntent(IoIntent.Kind.CLOCK, Long.BYTES, CallStyle.RPC)).isEmpty();
        this.cpu = spec.hostCalls() instanceof SessionSpec.Mediated m ? m.cpu() : options.cpu();
        this.moduleBytes = roundUp(image.bytes().length);
        long linearBytes = fixed ? (long) ceiling * WasmImage.PAGE * options.guests() : spec.memoryBytes();
        this.instance = backend.create(new InstanceSpec(spec.name(), identity(image),
                Math.addExact(linearBytes, moduleBytes), spec.pricing(), options.tee()));
        this.mappings = new ResourceScope("session " + spec.name());
        this.held = new ResourceScope("session " + spec.name());
        held.keep("memory", mappings);
        held.keep("instance", instance);
        try {
            AnonymousMapping module = mappings.keep("module", AnonymousMapping.anywhere(moduleBytes));
            MemorySegment.copy(MemorySegment.ofArray(image.bytes()), 0, module.segment(), 0, image.bytes().length);
            instance.attach(MODULE_ADDRESS, Backing.of(module.segment()), Perms.R);
            this.memories = mappings.keep("linear memories", new LinearMemories(instance, linearBytes, ceiling));
            if (fixed) {
                memories.prepare(options.guests());
            }
            this.measurement = instance.seal();
            this.mediator = spec.hostCalls() instanceof SessionSpec.Mediated m
                    ? held.keep("mediator", connect(m, options))
                    : null;
        } catch (RuntimeException e) {
            try {
                close();
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private static long roundUp(long bytes) {
        return (bytes + Mapping.PAGE - 1) / Mapping.PAGE * Mapping.PAGE;
    }

    /** The code's identity is its digest: a changed module is another application. */
    private static UUID identity(WasmImage image) {
        return UUID.nameUUIDFromBytes(("wasm:" + image.sha256()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private MediatedChannel connect(SessionSpec.Mediated style, SessionOptions options) {
        SharedMemory page = instance.register(style.page().number(), style.bytes());
        Optional<PidFd> process = Optional.empty();
        try {
            process = options.mediator().map(PidFd::open);
            return new MediatedChannel(page, style, process);
        } catch (CorruptPage e) {
            process.ifPresent(PidFd::close);
            throw new Refused("the mediator's call page is not one: " + e.getMessage(),
                    "let the mediator lay it out first",
                    e);
        } catch (NativeException e) {
            throw new Refused("the mediator's process cannot be watched: " + e.getMessage(), "is it running?", e);
        }
    }

    int ceiling() {
        return ceiling;
    }

    boolean leaves() {
        return leaves;
    }

    boolean clockInside() {
        return clockInside;
    }

    Optional<Integer> cpu() {
        return cpu;
    }

    /** Returns the instance's memory: the module, then each linear memory. */
    List<MemoryArea> memory() {
        List<MemoryArea> areas = new ArrayList<>(
                MemoryArea.of(instance, "image", new Range(MODULE_ADDRESS, moduleBytes)));
        memories.attached()
                .forEach((number, range) -> areas
                        .addAll(memories.unshared(number, MemoryArea.of(instance, "linear memory " + number, range))));
        return areas;
    }

    /** Lets somebody outside touch the machine's memory. */
    HostAccess.Result touch(HostAccess access) {
        return access.on(instance.machine().memory());
    }

    TeeInstance instance() {
        return instance;
    }

    LinearMemories memories() {
        return memories;
    }

    Measurement measurement() {
        return measurement;
    }

    /** Returns who serves calls from another process, or null. */
    MediatedChannel mediator() {
        return mediator;
    }

    /** Only after the guests' threads ended: tells the mediator, destroys the instance, unmaps. */
    @Override
    public void close() {
        held.close();
    }
}
