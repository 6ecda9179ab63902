package org.kakuri.runtime.wasm.internal;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Capability;
import org.kakuri.runtime.wasm.internal.engine.Engine;
import org.kakuri.runtime.wasm.internal.engine.WasmImage;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;
import org.kakuri.runtime.wasm.internal.wasi.WasiTable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Runs WASI commands (preview 1) inside instances: compiled to JVM bytecode, with memory that is the instance's. */
@Component(immediate = true, property = IsolationRuntime.NAME + "=wasm")
public final class WasmRuntime implements IsolationRuntime {
    /** Framework property. Folder for what can be made again. Default: one in the temporary folder that goes with the user. */
    public static final String CACHE = "kakuri.cache";

    private static final RuntimeInfo INFO = new RuntimeInfo("wasm",
            "WebAssembly with WASI preview 1, compiled to JVM bytecode", Set.of(RuntimeImage.Kind.WASM),
            Set.of(Capability.SHARED_MEMORY), (long) GuestMemory.ENGINE_PAGES * WasmImage.PAGE, Map.of(),
            SessionOptions.KNOWN);

    private final Engine engine;

    /** Takes the cache's place from the framework. */
    @Activate
    public WasmRuntime(BundleContext context) {
        this(cacheFolder(context.getProperty(CACHE)));
    }

    WasmRuntime(Path cacheFolder) {
        this.engine = new Engine(cacheFolder);
    }

    private static Path cacheFolder(String property) {
        Path cache = property == null || property.isBlank()
                ? Path.of(System.getProperty("java.io.tmpdir"), "kakuri-cache-" + System.getProperty("user.name"))
                : Path.of(property);
        return cache.resolve("wasm");
    }

    @Override
    public RuntimeInfo info() {
        return INFO;
    }

    @Override
    public Cell cell(BackendInfo backend) {
        boolean protects = backend.capabilities().contains(Capability.CONFIDENTIALITY);
        return Cell.of(switch (backend.inner()) {
        case TA_OS -> "WaTZ-like: Wasm TA in the secure world";
        case USER -> protects ? "Twine-like: Wasm runtime in an enclave"
                : "plain WASI runtime, no isolation from the host";
        case GUEST_KERNEL -> protects ? "WASI runtime in a confidential virtual machine"
                : "WASI runtime in an ordinary virtual machine";
        });
    }

    @Override
    public RuntimeSession open(BackendLease backend, RuntimeImage image, SessionSpec spec) {
        SessionOptions options = SessionOptions.of(spec.options());
        if (!INFO.images().contains(image.kind())) {
            throw new Refused("runtime wasm runs no image of kind %s: %s".formatted(image.kind(), image.path()),
                    "give it a WebAssembly module");
        }
        Engine.Program program = engine.load(image.path(), options.mode(), WasiTable.types());
        return new WasmSession(spec, program, new SessionResources(backend, program.image(), spec, options));
    }
}
