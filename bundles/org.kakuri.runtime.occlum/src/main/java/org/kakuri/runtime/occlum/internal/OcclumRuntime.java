package org.kakuri.runtime.occlum.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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
import org.kakuri.runtime.libos.SessionOpening;
import org.kakuri.runtime.libos.SessionOptions;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Occlum-like: unmodified Linux programs, many processes in one instance that boots from an encrypted image. */
@Component(immediate = true, property = IsolationRuntime.NAME + "=" + OcclumRuntime.RUNTIME)
public final class OcclumRuntime implements IsolationRuntime {
    static final String RUNTIME = "occlum";
    static final String PROCESS = "process";
    static final String LIBOS = "libos";
    /** Assumed: heap and stack that each process gets in the instance. A parameter of the experiments. */
    static final long USUAL_PROCESS = 4 << 20;
    /** Event: a process was made inside, without another instance. */
    static final String SPAWN = "spawn.inside";
    /** Event: a page of the library operating system itself, measured when the instance boots. */
    static final String LIBOS_PAGES = "libos.page";
    /** Event: a process forked, which one enclave with one range of addresses could not do. */
    static final String DIVERGENCE = "divergence.fork";

    private static final RuntimeInfo INFO = describe();

    private final ServedTrees trees = new ServedTrees();

    private static RuntimeInfo describe() {
        var options = new HashMap<>(SessionOptions.KNOWN);
        options.put(PROCESS, "heap and stack of each process in the instance, for example 16m; default 4m");
        options.put(LIBOS, "what the library operating system takes, if it is more than its own code: not sourced");
        return new RuntimeInfo(RUNTIME, "unmodified Linux programs, many processes in one instance",
                Set.of(RuntimeImage.Kind.PROGRAM, RuntimeImage.Kind.ROOT_FOLDER, RuntimeImage.Kind.ROOT_TAR,
                        RuntimeImage.Kind.OCI_LAYOUT),
                Set.of(),
                Long.MAX_VALUE,
                Map.of(LibOsSession.SYSTEM_CALL, Observability.EXACT, LibOsSession.QUEUE_SLOT, Observability.EXACT,
                        LIBOS_PAGES, Observability.EXACT, SPAWN, Observability.EXACT, DIVERGENCE, Observability.EXACT,
                        LibOsSession.PAGE_TOUCH, Observability.EXACT, LibOsSession.PAGE_RELOAD, Observability.EXACT,
                        LibOsSession.SHIELD_TLS, Observability.EXACT,
                        LibOsSession.SHIELD_CONSOLE, Observability.EXACT),
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
        case USER -> protects ? "Occlum-like: many processes in one enclave, under a library operating system"
                : "a library operating system with many processes, no isolation from the host";
        case TA_OS -> "programs as one trusted application with a library operating system over the TA OS";
        case GUEST_KERNEL -> protects ? "confidential container: many processes in one confidential virtual machine"
                : "many processes in one light virtual machine";
        });
    }

    @Override
    public RuntimeSession open(BackendLease backend, RuntimeImage image, SessionSpec spec) {
        SessionOptions options = SessionOptions.of(RUNTIME, spec.options(), Set.of(PROCESS, LIBOS));
        return SessionOpening.open(INFO, backend, image, spec, options, trees,
                (program, root, clock) -> OcclumPersonality
                        .boot(backend, spec, options, program, root, clock));
    }
}
