package org.kakuri.runtime.occlum.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.kakuri.api.Observability;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.runtime.libos.HostedInstance;
import org.kakuri.runtime.libos.Image;
import org.kakuri.runtime.libos.LibOsCode;
import org.kakuri.runtime.libos.Personality;
import org.kakuri.runtime.libos.PhaseClock;
import org.kakuri.runtime.libos.SessionOptions;
import org.kakuri.runtime.libos.SessionRoot;
import org.kakuri.runtime.libos.Templates;
import org.kakuri.runtime.libos.calls.CallGroup;
import org.kakuri.runtime.libos.calls.Descriptors;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.trace.Supervisor.Birth;
import org.kakuri.runtime.libos.trace.TracedProcess;

/**
 * One instance, built and measured whole when the session opens. A process is a range of it: what its program needs is copied
 * in, behind it lie heap and stack. Processes that end give their range back. The lock protects everything.
 */
final class OcclumPersonality implements Personality {
    private final HostedInstance instance;
    private final Ranges ranges;
    private final long processBytes;
    private final long libosBytes;
    private final Optional<Templates> templates;
    private final BootImage image;
    private final Map<TracedProcess, Place> places = new HashMap<>();
    private final List<Place> admitted = new ArrayList<>();
    private long spawned;
    private long loadedBytes;
    private long forks;
    private long forkedBytes;

    /** A process's range; a child by vfork has its parent's until it executes. */
    private record Place(Range range, ProgramClosure program, boolean own) {}

    /**
     * Verifies and decrypts the image, builds and measures the instance.
     *
     * @throws Refused if the image is not what it was, or the memory does not hold the library operating system
     */
    static OcclumPersonality boot(BackendLease backend, SessionSpec spec, SessionOptions options,
            Optional<ProgramClosure> program, SessionRoot root, PhaseClock clock) {
        BootImage boot = BootImage.of(program, root, clock);
        List<Image.Pages> code = new ArrayList<>();
        code.add(new Image.Pages("configuration", boot.configuration(), Perms.R));
        code.add(new Image.Pages("library operating system", LibOsCode.pages(OcclumRuntime.class), Perms.RX));
        var image = new Image(code, List.of(), Optional.empty());
        long assumed = Math.max(0, options.size(OcclumRuntime.LIBOS, 0) - image.bytes());
        long user = spec.memoryBytes() - image.bytes() - assumed & ~4095L;
        if (user <= 0) {
            throw new Refused("session %s: the library operating system alone needs %d KiB of %d KiB".formatted(
                    spec.name(), image.bytes() + assumed >> 10, spec.memoryBytes() >> 10),
                    "give it more with --memory");
        }
        HostedInstance instance = HostedInstance.build(backend, new HostedInstance.Spec(spec.name(), image,
                assumed + user, spec.memoryBytes(), spec.pricing(), options.tee(), !options.fast()), clock);
        var made = new OcclumPersonality(instance, new Ranges(assumed, user),
                options.size(OcclumRuntime.PROCESS, Math.clamp(user / 4 & ~4095L, 4096,
                        OcclumRuntime.USUAL_PROCESS)),
                boot, options.fast(), image.bytes() + assumed);
        program.ifPresent(made::requireRoom);
        return made;
    }

    private OcclumPersonality(HostedInstance instance, Ranges ranges, long processBytes, BootImage image, boolean fast,
            long libosBytes) {
        this.libosBytes = libosBytes;
        this.templates = fast ? Optional.of(new Templates()) : Optional.empty();
        this.instance = instance;
        this.ranges = ranges;
        this.processBytes = processBytes;
        this.image = image;
    }

    private void requireRoom(ProgramClosure program) {
        try {
            ranges.free(ranges.take(program.pageBytes() + processBytes, program.program()));
        } catch (Refused e) {
            instance.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return OcclumRuntime.RUNTIME;
    }

    @Override
    public CallStyle style() {
        return CallStyle.RPC;
    }

    /** Pipes, UNIX sockets, signals, processes and memory stay inside; files and what comes from outside do not. */
    @Override
    public Optional<IoIntent.Kind> route(int number, CallGroup group, Descriptors.Target target) {
        return switch (group) {
        case MEMORY, IDENTITY, SIGNAL, PROCESS, TABLE, REFUSED -> Optional.empty();
        case IPC -> Optional.of(IoIntent.Kind.INTERNAL);
        case CLOCK -> Optional.of(IoIntent.Kind.CLOCK);
        case WAIT -> Optional.of(IoIntent.Kind.WAIT);
        case PATH -> Optional.of(IoIntent.Kind.FILE);
        case FD, NET -> Optional.of(switch (target) {
        case INTERNAL, SERVED -> IoIntent.Kind.INTERNAL;
        case STREAM -> IoIntent.Kind.STREAM;
        case FILE, NONE -> group == CallGroup.NET ? IoIntent.Kind.STREAM : IoIntent.Kind.FILE;
        });
        };
    }

    @Override
    public synchronized HostedInstance admit(ProgramClosure program, PhaseClock clock) {
        admitted.add(load(program, clock));
        return instance;
    }

    private Place load(ProgramClosure program, PhaseClock clock) {
        Range range = ranges.take(program.pageBytes() + processBytes, program.program());
        try (var _ = clock.in(PhaseClock.Phase.COPY)) {
            loadedBytes += instance.load(program, ready(program), range);
        }
        spawned++;
        return new Place(range, program, true);
    }

    private Optional<Image> ready(ProgramClosure program) {
        return templates.map(kept -> kept.of(program));
    }

    @Override
    public synchronized void begun(TracedProcess process, HostedInstance in) {
        places.put(process, admitted.removeFirst());
    }

    @Override
    public synchronized void abandoned(HostedInstance in) {
        if (!admitted.isEmpty()) {
            ranges.free(admitted.removeFirst().range());
        }
    }

    @Override
    public synchronized void forked(TracedProcess parent, TracedProcess child, Birth birth, PhaseClock clock) {
        Place from = places.get(parent);
        if (birth == Birth.VFORK) {
            places.put(child, new Place(from.range(), from.program(), false));
            return;
        }
        forks++;
        Range range = ranges.take(from.range().bytes(), "a fork of " + from.program().program());
        try (var _ = clock.in(PhaseClock.Phase.COPY)) {
            if (templates.isPresent()) { // nothing but the program's pages was ever put there
                instance.load(from.program(), ready(from.program()), range);
            } else {
                instance.copy(from.range(), range);
            }
            forkedBytes += range.bytes();
        }
        places.put(child, new Place(range, from.program(), true));
    }

    @Override
    public synchronized void executed(TracedProcess process, ProgramClosure program, PhaseClock clock) {
        Place before = places.remove(process);
        if (before != null && before.own()) {
            ranges.free(before.range());
        }
        places.put(process, load(program, clock));
    }

    @Override
    public void ended(TracedProcess process, PhaseClock clock) {
        synchronized (this) {
            Place place = places.remove(process);
            if (place != null && place.own()) {
                ranges.free(place.range());
            }
        }
        instance.settle();
    }

    @Override
    public HostedInstance instance(TracedProcess process) {
        return instance;
    }

    @Override
    public List<HostedInstance> instances() {
        return List.of(instance);
    }

    @Override
    public HostedInstance attestable() {
        return instance;
    }

    @Override
    public Measurement measurement() {
        return instance.measurement();
    }

    @Override
    public Map<String, ServedTree> trees() {
        return Map.of("/proc", new InstanceProc(this::pids));
    }

    private synchronized Set<Integer> pids() {
        return places.keySet().stream().map(TracedProcess::pid).collect(Collectors.toSet());
    }

    @Override
    public LedgerSnapshot ledger() {
        return instance.ledger();
    }

    @Override
    public synchronized Map<String, EventCount> events() {
        return Map.of(OcclumRuntime.LIBOS_PAGES, new EventCount(libosBytes / 4096, libosBytes, Observability.EXACT),
                OcclumRuntime.SPAWN, new EventCount(spawned, loadedBytes, Observability.EXACT),
                OcclumRuntime.DIVERGENCE, new EventCount(forks, forkedBytes, Observability.EXACT));
    }

    @Override
    public synchronized List<String> notes() {
        List<String> notes = new ArrayList<>(image.notes());
        if (forks > 0) {
            notes.add(
                    "divergence: %d times a process forked; one enclave has one range of addresses and could not do that"
                            .formatted(forks));
        }
        return notes;
    }

    @Override
    public void close() {
        instance.close();
        templates.ifPresent(Templates::close);
    }
}
