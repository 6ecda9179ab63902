package org.kakuri.runtime.libos;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.TreeMap;

/**
 * The code of a library operating system, which its instance has to hold and to measure: the class files of the runtime and of this
 * bundle, whatever of them the runtime can reach. A library operating system in machine code is larger; its size nobody has published.
 */
public final class LibOsCode {
    private static final int PAGE = 4096;
    private static final String OURS = LibOsCode.class.getPackageName().replace('.', '/');

    private LibOsCode() {}

    /** Returns the class files in the order of their names, one behind the other, as whole pages. */
    public static byte[] pages(Class<?> runtime) {
        String own = runtime.getPackageName().replace('.', '/');
        var found = new TreeMap<String, byte[]>();
        Deque<String> left = new ArrayDeque<>();
        left.add(runtime.getName().replace('.', '/'));
        while (!left.isEmpty()) {
            String name = left.pop();
            if (!found.containsKey(name)) {
                byte[] bytes = read(runtime, name);
                found.put(name, bytes);
                for (PoolEntry entry : ClassFile.of().parse(bytes).constantPool()) {
                    if (entry instanceof ClassEntry type) {
                        String other = type.asInternalName();
                        if (other.startsWith(own + "/") || other.startsWith(OURS + "/")) {
                            left.add(other);
                        }
                    }
                }
            }
        }
        var all = new ByteArrayOutputStream();
        found.values().forEach(all::writeBytes);
        return Arrays.copyOf(all.toByteArray(), (all.size() + PAGE - 1) / PAGE * PAGE);
    }

    private static byte[] read(Class<?> runtime, String name) {
        try {
            // what this bundle does not export its runtimes cannot load
            ClassLoader loader = name.startsWith(OURS + "/") ? LibOsCode.class.getClassLoader()
                    : runtime.getClassLoader();
            Class<?> type = Class.forName(name.replace('/', '.'), false, loader);
            try (InputStream in = type.getResourceAsStream(name.substring(name.lastIndexOf('/') + 1) + ".class")) {
                if (in == null) {
                    throw new IllegalStateException("no class file of " + name);
                }
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("a class of the library operating system is not there: " + name, e);
        }
    }
}
