package org.kakuri.runtime.wasm.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Tiny modules, byte by byte as the core specification says. */
final class Modules {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Modules() {
        out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
    }

    /** Returns a module whose function _start does nothing, with memory of the given pages. */
    static byte[] withMemory(int minimum, String start) {
        Modules module = new Modules();
        module.section(1, 1, 0x60, 0, 0);
        module.section(3, 1, 0);
        ByteArrayOutputStream memory = new ByteArrayOutputStream();
        memory.write(1);
        memory.write(0);
        leb(memory, minimum);
        module.section(5, memory.toByteArray());
        module.exports(start, 0);
        module.section(10, 1, 2, 0, 0x0b);
        return module.out.toByteArray();
    }

    /** Returns a module that imports a function of no parameters and no results. */
    static byte[] importing(String from, String name) {
        Modules module = new Modules();
        module.section(1, 1, 0x60, 0, 0);
        ByteArrayOutputStream imports = new ByteArrayOutputStream();
        imports.write(1);
        name(imports, from);
        name(imports, name);
        imports.writeBytes(new byte[] {0, 0});
        module.section(2, imports.toByteArray());
        module.section(3, 1, 0);
        module.exports("_start", 1);
        module.section(10, 1, 2, 0, 0x0b);
        return module.out.toByteArray();
    }

    /** Returns a module that imports shared memory, as threads need it. */
    static byte[] importingSharedMemory() {
        Modules module = new Modules();
        ByteArrayOutputStream imports = new ByteArrayOutputStream();
        imports.write(1);
        name(imports, "env");
        name(imports, "memory");
        imports.writeBytes(new byte[] {2, 3, 1, 2});
        module.section(2, imports.toByteArray());
        return module.out.toByteArray();
    }

    private void exports(String function, int imported) {
        ByteArrayOutputStream exports = new ByteArrayOutputStream();
        exports.write(1);
        name(exports, function);
        exports.write(0);
        exports.write(imported);
        section(7, exports.toByteArray());
    }

    private void section(int id, int... bytes) {
        byte[] content = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            content[i] = (byte) bytes[i];
        }
        section(id, content);
    }

    private void section(int id, byte[] content) {
        out.write(id);
        leb(out, content.length);
        out.writeBytes(content);
    }

    private static void name(ByteArrayOutputStream to, String name) {
        leb(to, name.length());
        to.writeBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    private static void leb(ByteArrayOutputStream to, int value) {
        int rest = value;
        do {
            to.write(rest & 0x7f | (rest > 0x7f ? 0x80 : 0));
            rest >>>= 7;
        } while (rest != 0);
    }
}
