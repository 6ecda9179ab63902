package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FdTest {

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        arena.close();
    }

    private MemorySegment text(String text) {
        MemorySegment withZero = arena.allocateFrom(text);
        return withZero.asSlice(0, withZero.byteSize() - 1);
    }

    @Test
    void closesOnceAndRefusesUseAfter() {
        Pipe pipe = Pipe.open();
        int number = pipe.reader().number();
        assertTrue(ProcFs.openDescriptors().contains(number));
        pipe.reader().close();
        assertFalse(ProcFs.openDescriptors().contains(number));
        try (Pipe other = Pipe.open()) {
            pipe.reader().close();
            assertTrue(ProcFs.openDescriptors().contains(other.reader().number()), "not closed a second time");
        }
        assertEquals("descriptor is closed: fd=" + number,
                assertThrows(IllegalStateException.class, pipe.reader()::number).getMessage());
        assertThrows(IllegalStateException.class, pipe.reader()::dup);
        assertThrows(IllegalStateException.class, () -> FdIo.read(pipe.reader(), arena.allocate(1)));
        pipe.close();
    }

    @Test
    void closeWhileAnotherThreadReadsKeepsTheNumberUntilItLeaves() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            Fd reader = pipe.reader();
            int number = reader.number();
            CompletableFuture<Long> read = new CompletableFuture<>();
            Thread thread = Thread.ofPlatform().start(() -> {
                Prctl.setName("fd-test-reader");
                read.complete(FdIo.read(reader, arena.allocate(10)));
            });
            TestThreads.awaitBlockedInKernel("fd-test-reader");
            reader.close();
            assertTrue(reader.isClosed());
            assertTrue(ProcFs.openDescriptors().contains(number), "still used by the running call");
            assertThrows(IllegalStateException.class, reader::number);
            FdIo.writeFully(pipe.writer(), text("abc"));
            assertEquals(3L, read.join());
            thread.join();
            assertFalse(ProcFs.openDescriptors().contains(number));
        }
    }

    @Test
    void duplicatesAreIndependentAndCloseOnExec() {
        try (Pipe pipe = Pipe.open(); Fd high = pipe.writer().duplicateAbove(100); Fd low = pipe.writer().dup()) {
            assertTrue(high.number() >= 100);
            assertTrue(high.isCloseOnExec());
            assertTrue(low.isCloseOnExec());
            low.setCloseOnExec(false);
            assertFalse(low.isCloseOnExec());
            assertTrue(high.isCloseOnExec());
            pipe.writer().close();
            FdIo.writeFully(high, text("x"));
            assertEquals(1, FdIo.read(pipe.reader(), arena.allocate(8)));
        }
    }

    @Test
    void nonBlockingReadsReturnEagain() {
        try (Pipe pipe = Pipe.open()) {
            assertFalse(pipe.reader().isNonBlocking());
            pipe.reader().setNonBlocking(true);
            assertTrue(pipe.reader().isNonBlocking());
            assertEquals(-Errno.EAGAIN, FdIo.readRaw(pipe.reader().number(), arena.allocate(8), 0, 8));
            pipe.reader().setNonBlocking(false);
            assertFalse(pipe.reader().isNonBlocking());
        }
    }

    @Test
    void failuresNameCallArgumentsAndErrno() {
        try (Pipe pipe = Pipe.open()) {
            int number = pipe.reader().number();
            NativeException e = assertThrows(NativeException.class,
                    () -> FdIo.write(pipe.reader(), arena.allocate(5)));
            assertEquals("write failed: errno=EBADF, fd=" + number
                    + ", length=5; the descriptor is not open, or not for this", e.getMessage());
            assertEquals("write", e.call());
            assertEquals("fd=" + number + ", length=5", e.arguments());
            assertEquals(Errno.EBADF, e.errno());
            assertEquals("lseek failed: errno=ESPIPE, fd=" + number + ", offset=0, whence=0",
                    assertThrows(NativeException.class, () -> FdIo.lseek(pipe.reader(), 0, FdIo.SEEK_SET))
                            .getMessage());
        }
        assertEquals("not a descriptor: number=-1",
                assertThrows(IllegalArgumentException.class, () -> Fd.own(-1)).getMessage());
    }

    @Test
    void openNamesThePath() {
        assertEquals("open failed: errno=ENOENT, path=/no/such; check that the path exists",
                assertThrows(NativeException.class, () -> PathCalls.open(Path.of("/no/such"))).getMessage());
    }

    @Test
    void readsWritesAndSeeksFiles(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("f");
        try (Fd fd = PathCalls.open(file, OpenFlags.O_RDWR | OpenFlags.O_CREAT, 0640)) {
            FdIo.writeFully(fd, text("hello world"));
            assertEquals(5, FdIo.pwrite(fd, text("HELLO"), 0));
            MemorySegment buffer = arena.allocate(64);
            assertEquals(5, FdIo.pread(fd, buffer.asSlice(0, 5), 6));
            assertEquals("world", buffer.getString(0));
            assertEquals(6, FdIo.lseek(fd, 6, FdIo.SEEK_SET));
            assertEquals(5, FdIo.readFully(fd, buffer));
            FdIo.ftruncate(fd, 5);
            FdIo.fsync(fd);
            FileStatus status = FileStatus.of(fd);
            assertEquals(5, status.size());
            assertTrue(status.isRegular());
            assertEquals(0640, status.permissions());
            assertEquals(Files.getLastModifiedTime(file).to(java.util.concurrent.TimeUnit.NANOSECONDS),
                    status.modifiedNanos());
            assertEquals(Files.getAttribute(file, "unix:ino"), status.inode());
        }
        assertEquals("HELLO", Files.readString(file));
    }

    @Test
    void threadsHaveTheirOwnErrno() throws Exception {
        int rounds = 20_000;
        CompletableFuture<Integer> other = CompletableFuture.supplyAsync(() -> wrong(rounds, -1, -Errno.EBADF),
                r -> Thread.ofPlatform().start(r));
        try (Pipe pipe = Pipe.open()) {
            assertEquals(0, wrong(rounds, pipe.reader().number(), -Errno.ESPIPE));
        }
        assertEquals(0, other.get());
    }

    private static int wrong(int rounds, int fd, long expected) {
        int wrong = 0;
        for (int i = 0; i < rounds; i++) {
            wrong += FdIo.lseekRaw(fd, 0, FdIo.SEEK_SET) == expected ? 0 : 1;
        }
        return wrong;
    }

    @Test
    void steadyStateAllocatesNothing() {
        try (Pipe pipe = Pipe.open()) {
            MemorySegment buffer = arena.allocate(64);
            int reader = pipe.reader().number();
            int writer = pipe.writer().number();
            assertTrue(TestThreads.bytesPerCall(10_000, () -> {
                FdIo.writeRaw(writer, buffer, 0, 64);
                FdIo.readRaw(reader, buffer, 0, 64);
            }) <= 64);
        }
    }

    @Test
    void pipeCapacityCanGrow() {
        try (Pipe pipe = Pipe.open()) {
            assertEquals(65536, pipe.capacity());
            assertEquals(131072, pipe.setCapacity(131072));
        }
    }
}
