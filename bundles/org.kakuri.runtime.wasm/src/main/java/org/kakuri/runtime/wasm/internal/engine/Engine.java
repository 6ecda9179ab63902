package org.kakuri.runtime.wasm.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.kakuri.api.Refused;
import run.endive.compiler.Cache;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.Instance;
import run.endive.runtime.InterpreterMachine;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.types.FunctionType;

/** Turns module files into programs that can be started. Thread-safe. */
public final class Engine {
    private static final System.Logger LOG = System.getLogger(Engine.class.getName());
    /** From this size on compiling takes seconds, so it is announced. */
    private static final int ANNOUNCED_BYTES = 1 << 19;

    private final CompileCache cache;

    /** How a module is executed. */
    public enum Mode {
        /** As JVM bytecode. */
        COMPILED,
        /** Instruction by instruction, two orders of magnitude slower. */
        INTERPRETED
    }

    /**
     * A module ready to be started.
     *
     * @param image the module
     * @param machine executes its functions
     */
    public record Program(WasmImage image, Function<Instance, Machine> machine) {}

    /** An engine that keeps compiled modules in the given folder. */
    public Engine(Path cacheFolder) {
        this.cache = new CompileCache(cacheFolder, version());
    }

    /** Returns name and version of the engine, as the cache's file names carry it. */
    public static String version() {
        try (var in = Engine.class.getResourceAsStream("engine.version")) {
            if (in == null) {
                throw new IllegalStateException("engine.version is not in this bundle; build it with bnd.bnd");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads, checks and, if need be, compiles a module.
     *
     * @param imports functions there are, by {@code module.name}
     * @throws Refused if the file is not to be used
     */
    public Program load(Path path, Mode mode, Map<String, FunctionType> imports) {
        byte[] bytes = WasmImage.read(path);
        String sha256 = WasmImage.digest(bytes);
        if (mode == Mode.INTERPRETED) {
            return new Program(WasmImage.parse(path, bytes, sha256, false, imports), InterpreterMachine::new);
        }
        Optional<byte[]> compiled = cache.get(sha256);
        if (compiled.isPresent()) {
            WasmImage image = WasmImage.parse(path, bytes, sha256, true, imports);
            try {
                return new Program(image, machines(image, compiled.get()));
            } catch (WasmEngineException | LinkageError e) {
                LOG.log(System.Logger.Level.WARNING, "compiled module of " + path + " does not load; compiling again",
                        e);
                cache.drop(sha256);
            }
        }
        WasmImage image = WasmImage.parse(path, bytes, sha256, false, imports);
        return new Program(image, compile(image));
    }

    private Function<Instance, Machine> compile(WasmImage image) {
        boolean announced = image.bytes().length >= ANNOUNCED_BYTES;
        if (announced) {
            LOG.log(System.Logger.Level.INFO, "compiling {0}: bytes={1}, once; later starts take it from the cache",
                    image.path(), image.bytes().length);
        }
        long start = System.nanoTime();
        Function<Instance, Machine> machines = machines(image, null);
        if (announced) {
            LOG.log(System.Logger.Level.INFO, "compiled {0}: ms={1}", image.path(),
                    (System.nanoTime() - start) / 1_000_000);
        }
        return machines;
    }

    /** Builds the machine factory from the compiled form, or compiles and keeps that form if it is null. */
    private Function<Instance, Machine> machines(WasmImage image, byte[] compiled) {
        Cache view = new Cache() {
            @Override
            public byte[] get(String digest) {
                return compiled;
            }

            @Override
            public void putIfAbsent(String digest, byte[] made) {
                cache.put(image.sha256(), made);
            }
        };
        try {
            return MachineFactoryCompiler.builder(image.module())
                    .withInterpreterFallback(InterpreterFallback.SILENT)
                    .withCache(view)
                    .compile();
        } catch (UnsupportedOperationException e) {
            throw new Refused("cannot compile %s: %s".formatted(image.path(), WasmImage.oneLine(e)),
                    "build it without that feature (vector instructions, for instance)", e);
        } catch (WasmEngineException e) {
            if (compiled != null) {
                throw e;
            }
            throw new Refused("cannot compile %s: %s".formatted(image.path(), WasmImage.oneLine(e)),
                    "build it without that feature (vector instructions, for instance), or try mode=interpreted", e);
        }
    }
}
