package org.kakuri.runtime.libos;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.DemandPaging;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ForwardingBacking;
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
import org.kakuri.platform.linux.AnonymousMapping;
import org.kakuri.platform.linux.Mapping;
import org.kakuri.runtime.libos.PhaseClock.Phase;
import org.kakuri.runtime.libos.image.ElfFile;
import org.kakuri.runtime.libos.image.ProgramClosure;

/**
 * One TEE instance with what a library operating system needs in it: the pages of programs, with their bytes from their
 * files, and a heap. Its one context is a thread that leaves the instance whenever the guest's system call does: the
 * guest itself is a process of the host, so that the events are those of real transitions of the model, made in the
 * guest's order but by this thread.
 * <p>
 * Layout from {@value #BASE}: the segments of the parts in order, then the heap. One thread calls {@link #leave}; the
 * rest is thread-safe.
 */
public final class HostedInstance implements AutoCloseable {
    /** Where the first page lies in the instance. */
    public static final long BASE = 0x10000;
    private static final int BATCH = 256;
    private static final long ENDING_MILLIS = 5000;

    private final String name;
    private final TeeInstance instance;
    private final List<AnonymousMapping> mappings = new ArrayList<>();
    private final List<Area> areas = new ArrayList<>();
    private final BlockingQueue<Function<Inside, Boolean>> work = new LinkedBlockingQueue<>();
    private final boolean waits;
    private Measurement measurement;
    private AnonymousMapping heap;
    private long heapAddress;
    private long offered;
    private Context context;
    private Thread thread;
    private List<HostRequest> pending = new ArrayList<>();
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
     * @param parts what is loaded
     * @param heapBytes bytes behind it, zero at first, a multiple of 4096
     * @param memoryBytes most the instance may have
     * @param pricing how events are charged
     * @param tee options for the backend
     */
    public record Spec(String name, List<ProgramClosure.Part> parts, byte[] configuration, long heapBytes,
            long memoryBytes, Pricing pricing,
            Map<String, String> tee) {}

    /**
     * Creates, fills and seals an instance, and enters it.
     *
     * @throws Refused if it has not room for what is to be loaded
     * @throws org.kakuri.api.Unsupported if the backend has not that much memory
     */
    public static HostedInstance build(BackendLease backend, Spec spec, PhaseClock clock) {
        long image = spec.parts()
                .stream()
                .flatMap(part -> part.elf().loads().stream())
                .mapToLong(ElfFile.Load::pageBytes)
                .sum() + spec.configuration().length;
        if (image + spec.heapBytes() > spec.memoryBytes()) {
            throw new Refused(
                    "%s needs %d KiB for programs and %d KiB of heap, and may have %d KiB".formatted(spec.name(),
                            image >> 10, spec.heapBytes() >> 10, spec.memoryBytes() >> 10),
                    "give it more with --memory, or a smaller heap with --option heap=SIZE");
        }
        HostedInstance made;
        try (var _ = clock.in(Phase.BUILD)) {
            TeeInstance instance = backend.create(new InstanceSpec(spec.name(), identity(spec),
                    BASE + image + spec.heapBytes(), spec.pricing(), spec.tee()));
            made = new HostedInstance(spec, instance);
            made.guarded(() -> made.fill(spec));
        }
        try (var _ = clock.in(Phase.MEASURE)) {
            made.guarded(made::seal);
        }
        return made;
    }

    private HostedInstance(Spec spec, TeeInstance instance) {
        this.name = spec.name();
        this.instance = instance;
        this.waits = spec.pricing().injected();
    }

    private static UUID identity(Spec spec) {
        String what = spec.parts().isEmpty() ? "" : spec.parts().getFirst().guest();
        return UUID.nameUUIDFromBytes(("libos:" + what).getBytes(java.nio.charset.StandardCharsets.UTF_8));
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

    private void fill(Spec spec) {
        long at = BASE;
        if (spec.configuration().length > 0) {
            AnonymousMapping pages = map(spec.configuration().length);
            pages.segment().copyFrom(MemorySegment.ofArray(spec.configuration()));
            attach(at, pages, Perms.R, "configuration");
            at += pages.size();
        }
        for (ProgramClosure.Part part : spec.parts()) {
            try (FileChannel file = FileChannel.open(part.file(), StandardOpenOption.READ)) {
                for (ElfFile.Load load : part.elf().loads()) {
                    if (load.memoryBytes() > 0) {
                        AnonymousMapping pages = map(load.pageBytes());
                        read(file, load, pages.segment(), part);
                        attach(at, pages, load.perms(), part.guest());
                        at += load.pageBytes();
                    }
                }
            } catch (IOException e) {
                throw new Refused("cannot load %s: %s".formatted(part.guest(), e.getMessage()), "check the file", e);
            }
        }
        heapAddress = at;
        if (spec.heapBytes() > 0) {
            heap = map(spec.heapBytes());
            attach(at, heap, Perms.RW, "heap");
        }
        context = instance.addContext(new ContextSpec(name, this::inside));
    }

    private static void read(FileChannel file, ElfFile.Load load, MemorySegment pages, ProgramClosure.Part part)
            throws IOException {
        var to = pages.asSlice(load.address() % Mapping.PAGE, load.fileBytes()).asByteBuffer();
        while (to.hasRemaining()) {
            if (file.read(to, load.offset() + to.position()) < 0) {
                throw new IOException(part.file() + " became shorter");
            }
        }
    }

    private AnonymousMapping map(long bytes) {
        AnonymousMapping mapping = AnonymousMapping.anywhere(bytes);
        mappings.add(mapping);
        return mapping;
    }

    private void attach(long at, AnonymousMapping pages, Perms perms, String purpose) {
        instance.attach(at, new Dropped(pages, Backing.of(pages.segment())), perms);
        areas.add(new Area(purpose, new Range(at, pages.size())));
    }

    private void seal() {
        measurement = instance.seal();
        thread = Thread.ofPlatform().daemon().name("kakuri-inside " + name).start(this::run);
    }

    private void run() {
        Exit.Final end;
        try {
            end = context.run(_ -> Resume.CONTINUE);
        } catch (WrongState e) { // destroyed before this thread had come so far
            end = new Exit.Fault(e.getMessage(), true);
        }
        if (end instanceof Exit.Fault(String reason, boolean _)) {
            work.clear();
            System.getLogger(HostedInstance.class.getName())
                    .log(System.Logger.Level.DEBUG,
                            "instance {0} was left: {1}", name, reason);
        }
    }

    /** What runs inside: whatever is asked of it, in order, until it is told to end. */
    private int inside(Inside inside) throws InterruptedException {
        while (work.take().apply(inside)) {
            continue;
        }
        return 0;
    }

    /**
     * The guest leaves the instance and comes back. Where prices are waited for, this waits until it has happened.
     *
     * @param service who is asked
     * @param operation what is asked
     * @param bytes bytes that go along
     */
    public void leave(String service, int operation, long bytes) {
        pending.add(new HostRequest(service, operation, bytes));
        if (waits || pending.size() >= BATCH) {
            flush();
        }
        if (waits) {
            settle();
        }
    }

    /** Returns whether {@link #leave} waits. */
    public boolean waits() {
        return waits;
    }

    private void flush() {
        List<HostRequest> batch = pending;
        if (!batch.isEmpty()) {
            if (!thread.isAlive()) {
                throw new org.kakuri.api.Gone("instance " + name + " has ended under its guest", "", false);
            }
            pending = new ArrayList<>(BATCH);
            work.add(inside -> {
                batch.forEach(inside::callHost);
                return true;
            });
        }
    }

    /** Waits until everything that was asked has happened. From the thread that calls {@link #leave}. */
    public void settle() {
        flush();
        ask(_ -> 0);
    }

    /** Lets the code inside do something, and returns what came of it. */
    public <T> T ask(Function<Inside, T> task) {
        var answer = new CompletableFuture<T>();
        work.add(inside -> {
            try {
                answer.complete(task.apply(inside));
            } catch (KakuriException e) {
                answer.completeExceptionally(e);
            }
            return true;
        });
        try {
            while (true) {
                try {
                    return answer.get(50, java.util.concurrent.TimeUnit.MILLISECONDS);
                } catch (java.util.concurrent.TimeoutException e) {
                    if (!thread.isAlive() && !answer.isDone()) {
                        throw new org.kakuri.api.Gone("instance " + name + " has ended", "", false);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException("interrupted while waiting for instance " + name, "");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KakuriException known ? known : new KakuriException(e.toString(), "", e);
        }
    }

    /** Produces evidence. */
    public Evidence attest(byte[] nonce) {
        return ask(inside -> inside.attest(nonce));
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
        return heap == null ? MemorySegment.NULL : heap.segment();
    }

    /** Returns where the heap begins in the instance. */
    public long heapAddress() {
        return heapAddress;
    }

    /**
     * Copies a program's segments into a range of the heap, one behind the other.
     *
     * @param range offsets in the heap
     * @return bytes copied
     */
    public long load(ProgramClosure program, Range range) {
        long at = range.start();
        for (ProgramClosure.Part part : program.parts()) {
            try (FileChannel file = FileChannel.open(part.file(), StandardOpenOption.READ)) {
                for (ElfFile.Load load : part.elf().loads()) {
                    read(file, load, heap.segment().asSlice(at, load.pageBytes()), part);
                    at += load.pageBytes();
                }
            } catch (IOException e) {
                throw new Refused("cannot load %s: %s".formatted(part.guest(), e.getMessage()), "check the file", e);
            }
        }
        return at - range.start();
    }

    /**
     * Copies a range of the heap to another one of the same length.
     *
     * @return bytes copied
     */
    public long copy(Range from, Range to) {
        MemorySegment.copy(heap.segment(), from.start(), heap.segment(), to.start(), from.bytes());
        return from.bytes();
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
    public synchronized Optional<PageSupply> offer(BackendLease backend, PagedBacking memory) {
        return backend.extension(DemandPaging.class).map(paging -> {
            long at = offered == 0 ? heapAddress + (heap == null ? 0 : heap.size()) : offered;
            PageSupply supply = paging.attach(instance, at, memory, Perms.RW);
            ask(inside -> {
                inside.accept(new Range(at, memory.bytes()));
                return true;
            });
            offered = at + memory.bytes();
            return supply;
        });
    }

    /** Returns what lies where, for {@code memory}. */
    public List<Area> areas() {
        return List.copyOf(areas);
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
            if (thread != null && thread.isAlive()) {
                flush();
                work.add(_ -> false);
                thread.join(ENDING_MILLIS);
            }
            instance.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            instance.close();
        } finally {
            last = instance.ledger().snapshot();
            mappings.forEach(AnonymousMapping::close);
        }
    }

    /** Pages of a mapping; scrubbing drops them, so that those never touched are not allocated for it. */
    private record Dropped(Mapping mapping, Backing bytesOf) implements ForwardingBacking {
        @Override
        public void scrub() {
            mapping.advise(0, bytes(), Mapping.MADV_DONTNEED);
        }
    }
}
