package org.kakuri.engine.internal.guest;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.kakuri.api.Refused;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.PathCalls;

/** What a guest reads from its standard input. */
public sealed interface Input {
    /** Most bytes that are made up for a guest. */
    long MOST = 256L << 20;

    /** Nothing: the end at once. */
    Input EMPTY = new File(Path.of("/dev/null"));

    /** A text in UTF-8. */
    record Text(Template text) implements Input {}

    /** A file of this machine. */
    record File(Path path) implements Input {}

    /** So many bytes that look random and are the same each time. */
    record Made(Template bytes) implements Input {}

    /** Makes the content once for a trial; {@link Prepared#open} gives each guest a descriptor with a position of its own. */
    default Prepared prepare(Map<String, String> values) {
        return switch (this) {
        case File(Path path) -> {
            if (!Files.isReadable(path) || Files.isDirectory(path)) {
                throw new Refused("stdin: cannot read " + path, "check that the file is there");
            }
            yield new Prepared(path, null);
        }
        case Text(Template text) -> Prepared.of(text.fill(values).getBytes(StandardCharsets.UTF_8));
        case Made(Template bytes) -> Prepared.of(random(bytes.fill(values)));
        };
    }

    private static byte[] random(String wanted) {
        long count;
        try {
            count = Long.parseLong(wanted);
        } catch (NumberFormatException none) {
            throw new Refused("stdin.random: '" + wanted + "' is no number of bytes", "give a parameter of kind size",
                    none);
        }
        if (count < 0 || count > MOST) {
            throw new Refused("stdin.random: " + count + " bytes are more than the " + MOST + " that can be made",
                    "take less");
        }
        byte[] content = new byte[(int) count];
        new Random(count).nextBytes(content);
        return content;
    }

    /**
     * Content that is ready to be read.
     *
     * @param path where it lies
     * @param memory holds it; null for a file of the user's
     */
    record Prepared(Path path, MemFd memory) implements AutoCloseable {
        private static Prepared of(byte[] content) {
            MemFd memory = MemFd.create("stdin", content.length);
            try (Arena arena = Arena.ofConfined()) {
                FdIo.writeFully(memory.fd(), arena.allocateFrom(ValueLayout.JAVA_BYTE, content));
            } catch (RuntimeException failed) {
                memory.close();
                throw failed;
            }
            return new Prepared(Path.of("/proc/self/fd/" + memory.fd().number()), memory);
        }

        /** Opens the content at its beginning. */
        Fd open() {
            return PathCalls.open(path);
        }

        @Override
        public void close() {
            if (memory != null) {
                memory.close();
            }
        }
    }
}
