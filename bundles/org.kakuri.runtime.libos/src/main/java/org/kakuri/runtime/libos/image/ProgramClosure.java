package org.kakuri.runtime.libos.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Refused;

/**
 * A program with everything that the dynamic linker loads before it begins: what has to be in an instance that runs it.
 *
 * @param program path of the ELF program, as the guest sees it; of a script that of its interpreter
 * @param parts the files, the program first, then its interpreter, then libraries in the order they are named
 * @param script the script, if the program is one
 */
public record ProgramClosure(String program, List<Part> parts, Optional<Path> script) {
    private static final int MOST_SCRIPTS = 4;
    private static final int MOST_PARTS = 256;
    private static final int LINE = 256;
    private static final int PAGE = 4096;
    private static final List<String> LIBRARIES = List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
            "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib");

    /**
     * One file.
     *
     * @param guest its path as the guest sees it
     * @param file where it lies
     * @param elf what is in it
     */
    public record Part(String guest, Path file, ElfFile elf) {}

    /** Copies the list. */
    public ProgramClosure {
        parts = List.copyOf(parts);
    }

    /** Returns the bytes of the pages that all of it takes in memory. */
    public long pageBytes() {
        return parts.stream().flatMap(part -> part.elf().loads().stream()).mapToLong(ElfFile.Load::pageBytes).sum();
    }

    /**
     * Returns a page with the SHA-256 of the script, so that the measurement of an instance tells what it interprets; nothing
     * for a program that is none.
     */
    public byte[] configuration() {
        if (script.isEmpty()) {
            return new byte[0];
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(script.get()));
            return Arrays.copyOf(digest, PAGE);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new Refused("cannot read %s: %s".formatted(script.get(), e.getMessage()), "check the file", e);
        }
    }

    /**
     * Finds out what a program needs.
     *
     * @param root where it looks
     * @param guest its path as the guest sees it
     *
     * @throws Refused if it is no program, naming the file
     */
    public static ProgramClosure of(RootView root, String guest) {
        String program = guest;
        Optional<Path> script = Optional.empty();
        for (int depth = 0; depth <= MOST_SCRIPTS; depth++) {
            Path file = find(root, program);
            byte[] start = start(file);
            if (start.length < 3 || start[0] != '#' || start[1] != '!') {
                return linked(root, program, script);
            }
            script = script.isPresent() ? script : Optional.of(file);
            program = interpreter(program, start);
        }
        throw new Refused(guest + " is a script of a script of a script", "name an interpreter that is a program");
    }

    private static Path find(RootView root, String guest) {
        return root.find(guest)
                .filter(Files::isRegularFile)
                .orElseThrow(() -> new Refused("no such program: " + guest, "check the path, as the guest sees it"));
    }

    private static byte[] start(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(LINE);
        } catch (IOException e) {
            throw new Refused("cannot read %s: %s".formatted(file, e.getMessage()), "check the file", e);
        }
    }

    private static String interpreter(String script, byte[] start) {
        String line = new String(start, StandardCharsets.UTF_8).lines().findFirst().orElse("").substring(2).strip();
        if (line.isEmpty()) {
            throw new Refused(script + " is a script without an interpreter", "write it behind #!");
        }
        return line.split("[ \t]", 2)[0];
    }

    private static ProgramClosure linked(RootView root, String program, Optional<Path> script) {
        Map<String, Part> parts = new LinkedHashMap<>();
        Deque<Part> left = new ArrayDeque<>();
        take(parts, left, part(program, find(root, program)));
        left.peek().elf().interpreter().ifPresent(name -> take(parts, left, part(name, find(root, name))));
        while (!left.isEmpty()) {
            Part part = left.pop();
            for (String name : part.elf().needed()) {
                String path = library(root, part, name);
                if (parts.values().stream().noneMatch(known -> known.guest().endsWith("/" + name))) {
                    take(parts, left, part(path, find(root, path)));
                }
            }
            if (parts.size() > MOST_PARTS) {
                throw new Refused(program + " needs more than " + MOST_PARTS + " libraries", "check the file");
            }
        }
        return new ProgramClosure(program, new ArrayList<>(parts.values()), script);
    }

    private static void take(Map<String, Part> parts, Deque<Part> left, Part part) {
        if (parts.putIfAbsent(part.guest(), part) == null) {
            left.add(part);
        }
    }

    private static Part part(String guest, Path file) {
        try {
            return new Part(guest, file, ElfFile.read(file));
        } catch (IOException e) {
            throw new Refused("%s is no program for this machine: %s".formatted(guest, e.getMessage()),
                    "give an executable for x86-64, or a script", e);
        }
    }

    private static String library(RootView root, Part of, String name) {
        if (name.contains("/")) {
            return name;
        }
        List<String> folders = new ArrayList<>();
        String origin = of.guest().substring(0, Math.max(0, of.guest().lastIndexOf('/')));
        for (String folder : of.elf().runPath().split(":")) {
            if (!folder.isEmpty()) {
                folders.add(folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin));
            }
        }
        folders.addAll(LIBRARIES);
        return folders.stream()
                .map(folder -> folder + "/" + name)
                .filter(path -> root.find(path).filter(Files::isRegularFile).isPresent())
                .findFirst()
                .orElseThrow(() -> new Refused("%s needs %s, which is not there".formatted(of.guest(), name),
                        "add the library to the image"));
    }
}
