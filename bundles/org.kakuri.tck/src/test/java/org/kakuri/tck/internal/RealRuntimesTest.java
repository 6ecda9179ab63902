package org.kakuri.tck.internal;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.tee.Machine;
import org.kakuri.attest.internal.PsaTokenVerifier;
import org.kakuri.runtime.occlum.internal.OcclumRuntime;
import org.kakuri.runtime.plain.internal.PlainRuntime;
import org.kakuri.runtime.scone.internal.SconeRuntime;
import org.kakuri.runtime.wasm.internal.WasmRuntime;
import org.kakuri.tck.ContractKit;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;
import org.osgi.framework.BundleContext;

/** The runtimes that Kakuri comes with keep the contract on every backend they are for. */
@Timeout(120)
class RealRuntimesTest {
    private final TrustZoneBackend trustzone = new TrustZoneBackend(64);
    private final ContractKit kit = ContractKit.of(ContractKit.LIMIT,
            Map.of(trustzone.info().evidenceFormat().orElseThrow(), new PsaTokenVerifier()));

    @TempDir
    Path cache;

    /** The framework gives the runtime one thing: where its cache is. */
    private WasmRuntime wasm() {
        return new WasmRuntime((BundleContext) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (_, method, arguments) -> method.getName().equals("getProperty")
                        && arguments[0].equals(WasmRuntime.CACHE) ? cache.toString() : null));
    }

    @Test
    void plainPasses() {
        try (var machine = new MachineModel("a", Machine.ANY)) {
            Results.assertPasses(kit.runtime(new PlainRuntime(), new NoneBackend(), machine), "open.memory",
                    "session.measurement", "session.attest", "mediated.gone");
        }
    }

    @Test
    void plainRefusesBackendsItIsNotFor() {
        try (var machine = new MachineModel("a", Machine.ARM)) {
            var check = kit.runtimeChecks().stream().filter(c -> c.id().equals("info.cell")).findFirst().orElseThrow();
            Results.assertPasses(List.of(kit.run(check,
                    new RuntimeSubject(new PlainRuntime(), trustzone, machine, Map.of()))));
        }
    }

    @Test
    void wasmPassesOnNone() {
        try (var machine = new MachineModel("a", Machine.ANY)) {
            Results.assertPasses(kit.runtime(wasm(), new NoneBackend(), machine), "session.attest");
        }
    }

    @Test
    void wasmPassesOnTrustzone() {
        try (var machine = new MachineModel("a", Machine.ARM)) {
            Results.assertPasses(kit.runtime(wasm(), trustzone, machine), "session.no-attest");
        }
    }

    @Test
    void sconePassesOnNone() {
        try (var machine = new MachineModel("a", Machine.ANY)) {
            Results.assertPasses(kit.runtime(new SconeRuntime(), new NoneBackend(), machine), "open.memory",
                    "session.attest", "mediated.gone");
        }
    }

    @Test
    void sconePassesOnTrustzone() {
        try (var machine = new MachineModel("a", Machine.ARM)) {
            Results.assertPasses(kit.runtime(new SconeRuntime(), trustzone, machine), "open.memory",
                    "session.no-attest", "mediated.gone");
        }
    }

    @Test
    void occlumPassesOnNone() {
        try (var machine = new MachineModel("a", Machine.ANY)) {
            Results.assertPasses(kit.runtime(new OcclumRuntime(), new NoneBackend(), machine), "open.memory",
                    "session.attest", "mediated.gone");
        }
    }

    @Test
    void occlumPassesOnTrustzone() {
        try (var machine = new MachineModel("a", Machine.ARM)) {
            Results.assertPasses(kit.runtime(new OcclumRuntime(), trustzone, machine), "open.memory",
                    "session.no-attest", "mediated.gone");
        }
    }
}
