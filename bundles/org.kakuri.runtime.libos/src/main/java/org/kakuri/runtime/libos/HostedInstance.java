package org.kakuri.runtime.libos;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.DemandPaging;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.PageSupply;
import org.kakuri.api.tee.PagedBacking;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.runtime.libos.PhaseClock.Phase;
import org.kakuri.runtime.libos.image.ProgramClosure;

/**
 * One TEE instance with what a library operating system needs in it: the pages of programs, with their bytes from their
 * files, and a heap. Its one context is a thread that leaves the instance whenever the guest's system call does: the
 * guest itself is a process of the host, so that the events are those of real transitions of the model, made in the
 * guest's order but by this thread.
 * <p>
 * Layout from {@value #BASE}: the image's pieces in order, then the heap. One thread calls {@link #leave}; the
 * rest is thread-safe.
 */
public final class HostedInstance implements AutoCloseable {
    /** Where the first page lies in the instance. */
    public static final long BASE = 0x10000;

    private final TeeInstance instance;
    private final InstanceMemory memory;
    private final Spec spec;
    private final boolean severalInside;
    private InsideThread inside;
    private Measurement measurement;
    private long offered;
    private volatile LedgerSnapshot last;

    /**
     * Where something lies.
     *
     * @param purpose what it is, for people
     * @param range guest addresses
     */
    public record Area(String purpose, Range range) {}

    /**
     * What is wanted.
     *
     * @param name for people
     * @param image what is loaded
     * @param heapBytes bytes behind it, zero at first, a multiple of 4096
     * @param memoryBytes most the instance may have
     * @param pricing how events are charged
     * @param tee options for the backend
     * @param seen whether the guest's calls are seen: then somebody is inside from the start; otherwise when he is needed
     */
    public record Spec(String name, Image image, long heapBytes, long memoryBytes, Pricing pricing,
            Map<String, String> tee, boolean seen) {}

    /**
     * Creates, fills and seals an instance, and enters it.
     *
     * @throws Refused if it has not room for what is to be loaded
     * @throws org.kakuri.api.Unsupported if the backend has not that much memory
     */
    public static HostedInstance build(BackendLease backend, Spec spec, PhaseClock clock) {
        long image = spec.image().bytes();
        if (image + spec.heapBytes() > spec.memoryBytes()) {
            throw new Refused(
                    "%s needs %d KiB for programs and %d KiB of heap, and may have %d KiB".formatted(spec.name(),
                            image >> 10, spec.heapBytes() >> 10, spec.memoryBytes() >> 10),
                    "give it more with --memory, or a smaller heap with --option heap=SIZE");
        }
        HostedInstance made;
        try (var _ = clock.in(Phase.BUILD)) {
            var memory = new InstanceMemory(spec.image(), spec.heapBytes());
            try {
                made = new HostedInstance(spec, memory, backend.create(new InstanceSpec(spec.name(), identity(spec),
                        BASE + image + spec.heapBytes(), spec.pricing(), spec.tee())),
                        backend.info().capabilities().contains(Capability.PARALLEL_CONTEXTS));
            } catch (RuntimeException e) {
                memory.close();
                throw e;
            }
            made.guarded(made::attach);
        }
        try (var _ = clock.in(Phase.MEASURE)) {
            made.guarded(made::seal);
        }
        return made;
    }

    private HostedInstance(Spec spec, InstanceMemory memory, TeeInstance instance, boolean severalInside) {
        this.spec = spec;
        this.memory = memory;
        this.instance = instance;
        this.severalInside = severalInside;
    }

    private static UUID identity(Spec spec) {
        return UUID.nameUUIDFromBytes(("libos:" + spec.image().subject()).getBytes(StandardCharsets.UTF_8));
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            try {
                close();
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private void attach() {
        memory.attach(instance, BASE);
        inside = new InsideThread(spec.name(), spec.pricing().injected(), instance);
    }

    private void seal() {
        measurement = instance.seal();
        if (spec.seen()) {
            inside.start();
        }
    }

    /**
     * The guest leaves the instance and comes back. Where prices are waited for, this waits until it has happened.
     *
     * @param service who is asked
     * @param operation what is asked
     * @param bytes bytes that go along
     */
    public void leave(String service, int operation, long bytes) {
        inside.leave(new HostRequest(service, operation, bytes));
    }

    /** Returns whether {@link #leave} waits. */
    public boolean waits() {
        return inside.waits();
    }

    /** Waits until everything that was asked has happened. From the thread that calls {@link #leave}. */
    public void settle() {
        inside.settle();
    }

    /** Lets the code inside do something, and returns what came of it. */
    public <T> T ask(Function<Inside, T> task) {
        return inside.ask(task);
    }

    /** Enters the instance, where the backend lets more than one in, to do something and leave again: on the calling thread. */
    public <T> T call(Function<Inside, T> task) {
        if (!severalInside) {
            return ask(task);
        }
        var answer = new CompletableFuture<T>();
        Exit.Final end = instance.addContext(new ContextSpec("call", code -> {
            try {
                answer.complete(task.apply(code));
            } catch (KakuriException e) {
                answer.completeExceptionally(e);
            }
            return 0;
        })).run(_ -> Resume.CONTINUE);
        if (!answer.isDone()) {
            throw new Gone("instance %s was left: %s".formatted(spec.name(), end), "", true);
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof KakuriException known ? known : new KakuriException(e.toString(), "", e);
        }
    }

    /** Produces evidence. */
    public Evidence attest(byte[] nonce) {
        return ask(code -> code.attest(nonce));
    }

    /** Returns what was measured when it was sealed. */
    public Measurement measurement() {
        return measurement;
    }

    /** Returns the instance's identity. */
    public long id() {
        return instance.id();
    }

    /** Returns the heap's bytes, for the code inside. */
    public MemorySegment heap() {
        return memory.heap();
    }

    /**
     * Puts a program's segments into a range of the heap, one behind the other; the rest of it is zero.
     *
     * @param ready the program's image, if its pages are kept ready
     * @param range offsets in the heap
     * @return bytes that were put there
     */
    public long load(ProgramClosure program, Optional<Image> ready, Range range) {
        return memory.load(program, ready, range);
    }

    /** Copies a range of the heap to another one of the same length. */
    public void copy(Range from, Range to) {
        memory.copy(from, to);
    }

    /** Allocates memory that both sides may touch. */
    public SharedMemory share(long bytes) {
        return instance.share(bytes);
    }

    /**
     * Puts observed memory behind everything else; the code inside accepts it.
     *
     * @return who says which of its pages are there; empty if the backend does not page
     */
    public synchronized Optional<PageSupply> offer(BackendLease backend, PagedBacking observed) {
        return backend.extension(DemandPaging.class).map(paging -> {
            long at = offered == 0 ? BASE + spec.image().bytes() + spec.heapBytes() : offered;
            PageSupply supply = paging.attach(instance, at, observed, Perms.RW);
            ask(code -> {
                code.accept(new Range(at, observed.bytes()));
                return true;
            });
            offered = at + observed.bytes();
            return supply;
        });
    }

    /** Returns what lies where, for {@code memory}. */
    public List<Area> areas() {
        return memory.areas();
    }

    /** Returns the physical range behind a guest address, up to the end of its piece. */
    public Optional<Range> physical(long guest) {
        return instance.physical(guest);
    }

    /** Returns the instance. */
    TeeInstance instance() {
        return instance;
    }

    /** Returns its events so far. */
    public LedgerSnapshot ledger() {
        LedgerSnapshot done = last;
        return done != null ? done : instance.ledger().snapshot();
    }

    /** Leaves the instance for good, when everything that was asked has happened, and destroys it. Idempotent. */
    @Override
    public void close() {
        if (last != null) {
            return;
        }
        try {
            if (inside != null) {
                inside.end();
            }
            instance.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            instance.close();
        } finally {
            last = instance.ledger().snapshot();
            memory.close();
        }
    }
}
