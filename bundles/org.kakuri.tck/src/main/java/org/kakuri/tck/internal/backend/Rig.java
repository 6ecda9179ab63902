package org.kakuri.tck.internal.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InsideCode;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Finding;

/** What one check of a backend works with; closing it destroys what the check left alive. */
final class Rig implements AutoCloseable {
    /** Where checks attach memory, unless the address matters. */
    static final long BASE = 0x10000;
    static final int PAGE = 4096;
    /** Size of what checks attach. */
    static final int BYTES = 2 * PAGE;
    static final long MEMORY = 1 << 20;
    /** Answers nothing: for code that does not exit. */
    static final ExitHandler NOBODY = exit -> {
        throw new Finding("unexpected exit: " + exit);
    };
    /** Answers everything with 0. */
    static final ExitHandler ANYBODY = exit -> exit instanceof Exit.HostCall ? new Resume.Reply(0) : Resume.CONTINUE;

    private static final UUID IDENTITY = UUID.fromString("6b616b75-7269-4074-8b69-740000000001");

    private final BackendSubject subject;
    private final Arena arena = Arena.ofShared();
    private final Set<TeeInstance> alive = new LinkedHashSet<>();
    private final List<Thread> threads = new ArrayList<>();

    Rig(BackendSubject subject) {
        this.subject = subject;
    }

    /** An instance that is sealed, with its contexts and what was attached. */
    record Ready(TeeInstance instance, Measurement measurement, List<Context> contexts, MemorySegment memory) {}

    TeeBackend backend() {
        return subject.backend();
    }

    BackendInfo info() {
        return subject.backend().info();
    }

    BackendSubject subject() {
        return subject;
    }

    Machine machine() {
        return subject.machines().getFirst();
    }

    /** Returns another machine of the architecture. */
    Machine otherMachine() {
        if (subject.machines().size() < 2) {
            throw new Skipped("needs a second machine");
        }
        return subject.machines().get(1);
    }

    boolean has(Capability capability) {
        return info().capabilities().contains(capability);
    }

    /** Skips a check of something that is to be refused where it is missing. */
    void onlyWithout(Capability capability) {
        if (has(capability)) {
            throw new Skipped("the backend has " + capability);
        }
    }

    static InstanceSpec spec(long memoryBytes) {
        return new InstanceSpec("tck", IDENTITY, memoryBytes, Pricing.NONE, Map.of());
    }

    TeeInstance create() {
        return create(machine());
    }

    TeeInstance create(Machine machine) {
        return keep(backend().create(machine, spec(MEMORY)));
    }

    /** Takes note of an instance, to be destroyed with the rig. */
    TeeInstance keep(TeeInstance instance) {
        synchronized (alive) {
            alive.add(instance);
        }
        return instance;
    }

    /** Destroys an instance now. */
    void destroy(TeeInstance instance) {
        synchronized (alive) {
            alive.remove(instance);
        }
        instance.close();
    }

    /** Returns memory that is filled with one value, except for its last byte. */
    MemorySegment filled(int value) {
        MemorySegment memory = arena.allocate(BYTES, PAGE);
        memory.fill((byte) value);
        memory.set(ValueLayout.JAVA_BYTE, BYTES - 1L, (byte) ~value);
        return memory;
    }

    MemorySegment buffer(long bytes) {
        return arena.allocate(bytes, 8);
    }

    Ready ready(int fill, InsideCode... code) {
        return ready(machine(), fill, code);
    }

    /** Creates an instance with two pages and a context for each code. */
    Ready ready(Machine machine, int fill, InsideCode... code) {
        MemorySegment memory = filled(fill);
        TeeInstance instance = create(machine);
        instance.attach(BASE, Backing.of(memory), Perms.RW);
        List<Context> contexts = new ArrayList<>();
        for (InsideCode each : code) {
            contexts.add(instance.addContext(new ContextSpec("tck " + contexts.size(), each)));
        }
        return new Ready(instance, instance.seal(), contexts, memory);
    }

    /** Measures an instance with one attachment, and destroys it. */
    Measurement measure(Machine machine, long address, Backing backing, Perms perms) {
        TeeInstance instance = create(machine);
        instance.attach(address, backing, perms);
        Measurement measurement = instance.seal();
        destroy(instance);
        return measurement;
    }

    /** Something done by code inside. */
    @FunctionalInterface
    interface Task<T> {
        T run(Inside inside) throws Exception;
    }

    /** Lets code do something in a new instance; what it throws is thrown here. */
    <T> T inside(Task<T> task) throws Exception {
        return inside(machine(), 1, NOBODY, task);
    }

    /** Lets code do something in a new instance. */
    <T> T inside(Machine machine, int fill, ExitHandler host, Task<T> task) throws Exception {
        var code = new Captured<>(task);
        Ready ready = ready(machine, fill, code);
        Exit.Final end = ready.contexts().getFirst().run(host);
        destroy(ready.instance());
        return code.result(end);
    }

    /** Code whose result and failure the check learns. */
    static final class Captured<T> implements InsideCode {
        private final Task<T> task;
        private final AtomicReference<T> result = new AtomicReference<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Captured(Task<T> task) {
            this.task = task;
        }

        @Override
        public int run(Inside inside) {
            try {
                result.set(task.run(inside));
                return 0;
            } catch (Exception e) {
                failure.set(e);
                return 1;
            }
        }

        T result(Exit.Final end) throws Exception {
            switch (failure.get()) {
            case Exception e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
            }
            if (!(end instanceof Exit.Ended(int status)) || status != 0) {
                throw new Finding("code inside did not return: " + end);
            }
            return result.get();
        }
    }

    /** Returns the actor that code inside has. */
    static Captured<Actor> actor() {
        return new Captured<>(Inside::actor);
    }

    /** Starts a thread that is interrupted with the rig. */
    Thread start(Runnable task) {
        Thread thread = Thread.ofPlatform().daemon().name(Thread.currentThread().getName() + " helper").start(task);
        threads.add(thread);
        return thread;
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        List<TeeInstance> left;
        synchronized (alive) {
            left = List.copyOf(alive).reversed();
            alive.clear();
        }
        try {
            left.forEach(TeeInstance::close);
        } finally {
            arena.close();
        }
    }
}
