package org.kakuri.system.tzmediator.internal.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.MemFd;

/** Takes what a child prints, so that a failure can quote it. Thread-safe: a watcher may ask while its owner closes. */
public final class ErrorFile implements AutoCloseable {
    private static final int QUOTED = 400;

    private final MemFd file;

    /** Opens one. */
    public ErrorFile(String name) {
        this.file = MemFd.create(name, 0);
    }

    /** Returns what the child gets as its standard error. */
    public Fd fd() {
        return file.fd();
    }

    /** Returns the last lines as one, with a leading separator; empty if the child said nothing. */
    public synchronized String quote() {
        if (file.fd().isClosed()) {
            return "";
        }
        String text = from(Math.max(0, file.size() - QUOTED)).strip().replaceAll("\\s*\\n\\s*", " | ");
        return text.isEmpty() ? "" : "; it said: " + text;
    }

    /** Returns everything the child said. */
    String text() {
        return from(0);
    }

    private String from(long at) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment tail = arena.allocate(Math.max(1, file.size() - at));
            long n = FdIo.pread(file.fd(), tail, at);
            return new String(tail.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    @Override
    public synchronized void close() {
        file.close();
    }
}
