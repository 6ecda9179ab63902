package org.kakuri.tck.internal.backend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.tck.internal.Expect;

/**
 * Memory that another process owns: a memory file that only a child has open, reached by its name under /proc. There is no
 * segment of this process behind it.
 */
final class ChildMemory implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ChildProcess child;
    private final Pipe life;
    private final FileChannel file;
    private final long bytes;

    private ChildMemory(ChildProcess child, Pipe life, FileChannel file, long bytes) {
        this.child = child;
        this.life = life;
        this.file = file;
        this.bytes = bytes;
    }

    /** Starts a child that writes the text, and then holds the memory until this is closed. */
    static ChildMemory filled(long bytes, String text) throws IOException {
        Pipe life = Pipe.open();
        Pipe ready = Pipe.open();
        try (ready; MemFd memory = MemFd.create("tck-child", bytes); Arena arena = Arena.ofConfined()) {
            memory.sealSize();
            ChildProcess child = Shell.start("printf %s \"$1\" 1<>/proc/self/fd/3; echo; read end", text)
                    .give(memory.fd(), 3)
                    .give(life.reader(), 0)
                    .give(ready.writer(), 1)
                    .start();
            life.reader().close();
            ready.writer().close();
            try {
                Expect.equal(1L, FdIo.read(ready.reader(), arena.allocate(1)), "bytes from a child that is ready");
                Path path = Path.of("/proc", Integer.toString(child.pid()), "fd", "3");
                return new ChildMemory(child, life,
                        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE), bytes);
            } catch (IOException | RuntimeException e) {
                child.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            life.close();
            throw e;
        }
    }

    Backing backing() {
        return new ChildBacking(file, bytes);
    }

    @Override
    public void close() throws IOException {
        file.close();
        life.close();
        child.waitFor(PATIENCE);
        child.close();
    }

    private record ChildBacking(FileChannel file, long bytes) implements Backing {
        @Override
        public Guard guard(Actor actor) {
            return actor.instance() == 0 ? Guard.EVERY_ACCESS : Guard.CALL_BOUNDARY;
        }

        @Override
        public void read(long at, MemorySegment to) {
            move(at, to.asByteBuffer(), file::read);
        }

        @Override
        public void write(long at, MemorySegment from) {
            move(at, from.asByteBuffer(), file::write);
        }

        private interface Transfer {
            int move(ByteBuffer buffer, long at) throws IOException;
        }

        private static void move(long at, ByteBuffer buffer, Transfer transfer) {
            try {
                while (buffer.hasRemaining()) {
                    if (transfer.move(buffer, at + buffer.position()) < 0) {
                        throw new IllegalStateException("the memory ends before offset " + (at + buffer.limit()));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the memory of the child cannot be reached", e);
            }
        }

        @Override
        public void protect(Range range, Perms perms) {
            throw new Unsupported("a file under /proc cannot be protected: range=" + range, "");
        }

        @Override
        public void scrub() {
            write(0, MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]));
        }
    }
}
