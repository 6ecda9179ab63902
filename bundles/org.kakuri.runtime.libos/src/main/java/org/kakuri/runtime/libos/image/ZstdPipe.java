package org.kakuri.runtime.libos.image;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.kakuri.api.Unsupported;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Spawn;

/** A file decompressed by zstd(1): Java has no decoder. One thread reads and closes. */
final class ZstdPipe extends InputStream {
    private static final Path ZSTD = Path.of("/usr/bin/zstd");
    private static final int ROOM = 1 << 16;
    private static final Duration ENDING = Duration.ofSeconds(10);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(ROOM);
    private final Fd plain;
    private final ChildProcess child;
    private boolean ended;

    ZstdPipe(Path file) {
        if (!Files.isExecutable(ZSTD)) {
            throw new Unsupported("the layer %s is compressed by zstd, and %s is missing".formatted(file.getFileName(),
                    ZSTD), "install the package zstd");
        }
        try (Pipe pipe = Pipe.open(); Fd in = PathCalls.open(file)) {
            child = Spawn.program(ZSTD)
                    .arguments("--decompress", "--stdout", "--quiet")
                    .environment(Map.of())
                    .give(in, 0)
                    .give(pipe.writer(), 1)
                    .newProcessGroup()
                    .start();
            plain = pipe.reader().dup();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        try {
            long n = FdIo.read(plain, buffer.asSlice(0, Math.min(length, ROOM)));
            if (n == 0) {
                end();
                return -1;
            }
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, to, at, (int) n);
            return (int) n;
        } catch (NativeException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void end() throws IOException {
        ended = true;
        ExitStatus status = child.waitFor(ENDING).orElse(null);
        if (status == null || !status.success()) {
            throw new IOException("zstd: " + (status == null ? "does not end" : status));
        }
    }

    @Override
    public void close() {
        if (!ended) {
            child.signalGroup(Signals.SIGKILL);
        }
        child.close();
        plain.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
