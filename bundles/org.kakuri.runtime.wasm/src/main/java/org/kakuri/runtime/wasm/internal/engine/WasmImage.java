package org.kakuri.runtime.wasm.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.kakuri.api.Refused;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.Import;
import run.endive.wasm.types.MemoryLimits;

/**
 * A module that was read and checked: well-formed, valid, with imports we have and a memory it can get.
 *
 * @param path where it came from
 * @param bytes the module
 * @param sha256 digest of the bytes, in hexadecimal
 * @param module the same, parsed
 * @param memory limits of its linear memory, in pages
 */
public record WasmImage(Path path, byte[] bytes, String sha256, WasmModule module, MemoryLimits memory) {
    /** Bytes of a page of linear memory. */
    public static final int PAGE = 1 << GuestMemory.PAGE_SHIFT;
    private static final byte[] MAGIC = {0, 'a', 's', 'm'};
    private static final long LARGEST_FILE = 1L << 30;

    /** Reads a file. */
    public static byte[] read(Path path) {
        try {
            long size = Files.size(path);
            if (size > LARGEST_FILE) {
                throw new Refused("%s is too large for a module: bytes=%d, at most %d".formatted(path, size,
                        LARGEST_FILE), "check the path");
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new Refused("cannot read module " + path + ": " + reason(e), "check the path", e);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
        case java.nio.file.NoSuchFileException none -> "there is no such file";
        case java.nio.file.AccessDeniedException denied -> "permission denied";
        default -> e.getMessage();
        };
    }

    /** Returns the digest of a module. */
    public static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Parses and checks.
     *
     * @param known whether the same bytes were found valid before, so that validation can be left out
     * @param imports functions there are, by {@code module.name}
     * @throws Refused with one line on what is wrong
     */
    public static WasmImage parse(Path path, byte[] bytes, String sha256, boolean known,
            Map<String, FunctionType> imports) {
        if (bytes.length < 8 || !java.util.Arrays.equals(MAGIC, 0, 4, bytes, 0, 4)) {
            throw new Refused("%s is no WebAssembly module: bytes=%d, begins with 0x%s, expected 0x0061736d".formatted(
                    path, bytes.length, HexFormat.of().formatHex(bytes, 0, Math.min(4, bytes.length))),
                    "build it for wasm32-wasi");
        }
        WasmModule module;
        try {
            module = Parser.builder()
                    .withValidation(!known)
                    .build()
                    .parse(
                            () -> new java.io.ByteArrayInputStream(bytes));
        } catch (WasmEngineException | IllegalArgumentException | IndexOutOfBoundsException
                | java.nio.BufferUnderflowException | NegativeArraySizeException e) {
            throw new Refused("%s is damaged or uses what the engine lacks: bytes=%d, %s".formatted(path, bytes.length,
                    oneLine(e)), "compare its digest with the original's: sha256=" + sha256, e);
        }
        checkImports(path, module, imports);
        checkStart(path, module);
        return new WasmImage(path, bytes, sha256, module, memoryOf(path, module));
    }

    private static void checkImports(Path path, WasmModule module, Map<String, FunctionType> imports) {
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import wanted = module.importSection().getImport(i);
            String name = wanted.module() + "." + wanted.name();
            if (!(wanted instanceof FunctionImport function)) {
                throw new Refused("%s imports %s (a %s), which this runtime does not provide".formatted(path, name,
                        wanted.importType().name().toLowerCase(java.util.Locale.ROOT)),
                        wanted.importType() == ExternalType.MEMORY
                                ? "build it without threads, so that it has its memory itself"
                                : "build it as a WASI command");
            }
            FunctionType type = imports.get(name);
            if (type == null) {
                throw new Refused("%s imports function %s, which this runtime does not provide".formatted(path, name),
                        "it may import functions of wasi_snapshot_preview1 and tzm");
            }
            FunctionType actual = module.typeSection().getType(function.typeIndex());
            if (!type.typesMatch(actual)) {
                throw new Refused("%s imports %s as %s; it is %s".formatted(path, name, actual, type),
                        "rebuild it against WASI preview 1");
            }
        }
    }

    private static void checkStart(Path path, WasmModule module) {
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            var export = module.exportSection().getExport(i);
            if (export.name().equals("_start") && export.exportType() == ExternalType.FUNCTION) {
                return;
            }
        }
        throw new Refused(path + " exports no function _start", "build it as a WASI command, not as a library");
    }

    private static MemoryLimits memoryOf(Path path, WasmModule module) {
        int memories = module.memorySection().map(section -> section.memoryCount()).orElse(0);
        if (memories > 1) {
            throw new Refused("%s has %d memories; this runtime gives one".formatted(path, memories),
                    "build it with one memory");
        }
        if (memories == 0) {
            return new MemoryLimits(0, 0);
        }
        MemoryLimits limits = module.memorySection().orElseThrow().getMemory(0).limits();
        if (limits.shared()) {
            throw new Refused(path + " wants shared memory for threads, which this runtime does not provide",
                    "build it for wasm32-wasi without threads");
        }
        return limits;
    }

    /**
     * Returns the most pages a guest of this module may have.
     *
     * @param bytes most the session gives
     * @throws Refused if that is less than the module must have
     */
    public int ceiling(long bytes) {
        long most = Math.min(bytes / PAGE, GuestMemory.ENGINE_PAGES);
        if (memory.initialPages() > most) {
            throw new Refused(
                    "%s wants at least %d MiB of memory (%d pages of 64 KiB); at most %d MiB (%d pages) can be had"
                            .formatted(path, memory.initialPages() / 16, memory.initialPages(), most / 16, most),
                    most == GuestMemory.ENGINE_PAGES
                            ? "the engine addresses less than 2 GiB: build the module with a smaller initial memory"
                            : "give the session more memory");
        }
        return (int) Math.min(most, memory.maximumPages());
    }

    /** Returns what an exception says, without line breaks. */
    public static String oneLine(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
