package org.kakuri.platform.vm.internal.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.platform.vm.internal.kernel.ElfFile;

/** A program of this machine with the libraries it needs, to be put into a guest. */
final class HostProgram {
    private static final List<String> LIBRARIES = List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
            "/lib64", "/usr/lib64", "/lib", "/usr/lib");

    private HostProgram() {}

    /** The files it needs: path in the guest to file here; empty if something is missing. */
    static Optional<Map<String, Path>> files(Path program) throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        files.put(program.toString(), program);
        Deque<Path> todo = new ArrayDeque<>(List.of(program));
        while (!todo.isEmpty()) {
            ElfFile elf = ElfFile.read(Files.readAllBytes(todo.remove()));
            Optional<String> interpreter = elf.interpreter();
            interpreter.ifPresent(path -> files.putIfAbsent(path, Path.of(path)));
            for (String library : elf.needed()) {
                Optional<Path> found = LIBRARIES.stream()
                        .map(folder -> Path.of(folder, library))
                        .filter(Files::isReadable)
                        .findFirst();
                if (found.isEmpty()) {
                    return Optional.empty();
                }
                if (files.putIfAbsent(found.get().toString(), found.get()) == null) {
                    todo.add(found.get());
                }
            }
        }
        return Optional.of(files);
    }
}
