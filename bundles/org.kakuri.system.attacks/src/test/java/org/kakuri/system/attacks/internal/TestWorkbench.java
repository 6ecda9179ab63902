package org.kakuri.system.attacks.internal;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kakuri.api.Deadline;
import org.kakuri.api.Nearest;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.Readiness;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.DirectLease;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.runtime.wasm.internal.WasmRuntime;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;
import org.osgi.framework.BundleContext;

/** Real backends, each on a machine of its own, and the real WebAssembly runtime, lent without core; sessions are inline. */
final class TestWorkbench implements Workbench, AutoCloseable {
    private final Map<String, Lent> backends = new LinkedHashMap<>();
    private final IsolationRuntime runtime;

    TestWorkbench(Path cache) {
        var context = (BundleContext) Proxy.newProxyInstance(TestWorkbench.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (_, method, arguments) -> method.getName().equals("getProperty")
                        && arguments[0].equals(WasmRuntime.CACHE) ? cache.toString() : null);
        this.runtime = new WasmRuntime(context);
    }

    /** A backend, by the name and with the capabilities it gives itself here. */
    private record Lent(BackendInfo info, TeeBackend backend, MachineModel machine) implements DirectLease {}

    private MachineModel add(String name, TeeBackend backend, String architecture, Set<Capability> alsoClaimed) {
        var machine = new MachineModel("test", architecture);
        BackendInfo info = backend.info();
        backends.put(name, new Lent(new BackendInfo(name, info.title(), info.architecture(), info.inner(),
                Stream.concat(info.capabilities().stream(), alsoClaimed.stream())
                        .collect(Collectors.toSet()),
                info.limits(), info.evidenceFormat(), info.events(), info.operations(), info.sources()), backend,
                machine));
        return machine;
    }

    MachineModel none() {
        return add("none", new NoneBackend(), Machine.ANY, Set.of());
    }

    /** A backend that claims to protect and does not: its checker is missing. */
    MachineModel liar() {
        return add("liar", new NoneBackend(), Machine.ANY,
                Set.of(Capability.CONFIDENTIALITY, Capability.INTEGRITY));
    }

    MachineModel trustZone() {
        return add("trustzone", new TrustZoneBackend(16), Machine.ARM, Set.of());
    }

    @Override
    public List<BackendInfo> backends() {
        return backends.values().stream().map(Lent::info).toList();
    }

    @Override
    public List<RuntimeInfo> runtimes() {
        return List.of(runtime.info());
    }

    @Override
    public BackendInfo backend(String name) {
        return Optional.ofNullable(backends.get(name))
                .map(Lent::info)
                .orElseThrow(() -> Nearest.unknown("backend", name, backends.keySet()));
    }

    @Override
    public RuntimeInfo runtime(String name) {
        return runtime.info();
    }

    @Override
    public Cell cell(String backend, String runtimeName) {
        return runtime.cell(backend(backend));
    }

    @Override
    public Lease lease(Selector selector, Deadline deadline) {
        Lent lent = backends.get(selector.backend().orElseThrow());
        return new Lease() {
            @Override
            public BackendInfo backend() {
                return lent.info();
            }

            @Override
            public RuntimeInfo runtime() {
                return runtime.info();
            }

            @Override
            public Cell cell() {
                return runtime.cell(lent.info());
            }

            @Override
            public RuntimeSession open(RuntimeImage image, SessionSpec spec) {
                return runtime.open(lent, image, spec);
            }

            @Override
            public void close() {
                // Nothing is held back: the test closes the machines.
            }
        };
    }

    @Override
    public Readiness readiness() {
        return new Readiness(List.of());
    }

    @Override
    public List<LeaseInfo> leases() {
        return List.of();
    }

    @Override
    public InUse inUse() {
        return new InUse("none", "wasm");
    }

    @Override
    public InUse useBackend(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InUse useRuntime(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        backends.values().forEach(lent -> lent.machine().close());
    }
}
