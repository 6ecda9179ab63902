package org.kakuri.runtime.scone.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kakuri.api.Observability;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Capability;
import org.kakuri.runtime.libos.LibOsSession;
import org.kakuri.runtime.libos.ServedTrees;
import org.kakuri.runtime.libos.PhaseClock;
import org.kakuri.runtime.libos.SessionOpening;
import org.kakuri.runtime.libos.SessionOptions;
import org.kakuri.runtime.libos.queue.QueueCounts;
import org.kakuri.runtime.libos.queue.QueueSpec;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** SCONE-like: unmodified Linux programs, an instance for each process, system calls through a queue to host threads. */
@Component(immediate = true, property = IsolationRuntime.NAME + "=" + SconeRuntime.RUNTIME)
public final class SconeRuntime implements IsolationRuntime {
    static final String RUNTIME = "scone";
    static final String HEAP = "heap";
    /** Assumed: the heap that a small enclave gets. A parameter of the experiments. */
    static final long USUAL_HEAP = 4 << 20;
    /** Event: a process was copied into an instance of its own. */
    static final String COPY = "fork.copy";

    private static final Set<String> OWN = own();
    private static final RuntimeInfo INFO = describe();

    private final ServedTrees trees = new ServedTrees();

    private static Set<String> own() {
        var names = new HashSet<>(QueueSpec.OPTIONS.keySet());
        names.add(HEAP);
        return Set.copyOf(names);
    }

    private static RuntimeInfo describe() {
        var options = new HashMap<>(SessionOptions.KNOWN);
        options.putAll(QueueSpec.OPTIONS);
        options.put(HEAP, "heap of each instance, for example 16m; default 4m, or what the memory leaves");
        return new RuntimeInfo(RUNTIME, "unmodified Linux programs, one instance for each process",
                Set.of(RuntimeImage.Kind.PROGRAM, RuntimeImage.Kind.ROOT_FOLDER, RuntimeImage.Kind.ROOT_TAR,
                        RuntimeImage.Kind.OCI_LAYOUT),
                Set.of(),
                Long.MAX_VALUE,
                Stream.of(LibOsSession.SYSTEM_CALL, LibOsSession.QUEUE_SLOT, COPY, QueueCounts.REQUEST,
                        QueueCounts.WAIT,
                        QueueCounts.SUPPLEMENT, QueueCounts.AVOIDED, LibOsSession.PAGE_TOUCH, LibOsSession.PAGE_RELOAD,
                        LibOsSession.SHIELD_TLS, LibOsSession.SHIELD_CONSOLE)
                        .collect(Collectors.toMap(event -> event, _ -> Observability.EXACT)),
                options);
    }

    /** A service offers a tree of files to guests. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTree(ServedTree tree, Map<String, Object> properties) {
        trees.add(tree, properties);
    }

    /** It has gone. */
    void removeTree(ServedTree tree) {
        trees.remove(tree);
    }

    @Override
    public RuntimeInfo info() {
        return INFO;
    }

    @Override
    public Cell cell(BackendInfo backend) {
        boolean protects = backend.capabilities().contains(Capability.CONFIDENTIALITY);
        return Cell.of(switch (backend.inner()) {
        case USER -> protects ? "SCONE-like: an enclave for each process, system calls through shared queues"
                : "a library operating system for each process, no isolation from the host";
        case TA_OS -> "a program as trusted application, one for each process; the TA OS asks the other world for I/O";
        case GUEST_KERNEL -> protects ? "confidential container: a confidential virtual machine for each process"
                : "a light virtual machine for each process";
        });
    }

    @Override
    public RuntimeSession open(BackendLease backend, RuntimeImage image, SessionSpec spec) {
        SessionOptions options = SessionOptions.of(RUNTIME, spec.options(), OWN);
        return SessionOpening.open(INFO, backend, image, spec, options, trees, (programs, _, clock) -> {
            var personality = new SconePersonality(backend, spec, options);
            programs.ifPresent(program -> personality.prepare(program, clock));
            return personality;
        });
    }
}
