package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoryTest {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    @Test
    void twoMappingsOfAMemFdShareTheirContent() {
        try (MemFd file = MemFd.create("test", 8192); SharedMapping a = file.map(); SharedMapping b = file.map()) {
            assertEquals(8192, file.size());
            a.segment().set(INT, 4096, 42);
            assertEquals(42, b.segment().get(INT, 4096));
            assertEquals(8192, b.size());
        }
    }

    @Test
    void sealsFixTheSize() {
        try (MemFd file = MemFd.create("test", 4096)) {
            assertEquals(0, file.seals());
            file.sealSize();
            assertEquals(6, file.seals());
            assertEquals(Errno.EPERM,
                    assertThrows(NativeException.class, () -> FdIo.ftruncate(file.fd(), 0)).errno());
            assertEquals(Errno.EPERM,
                    assertThrows(NativeException.class, () -> FdIo.ftruncate(file.fd(), 8192)).errno());
        }
    }

    @Test
    void closedMemoryIsRefusedNotACrash() {
        SharedMapping mapping;
        try (MemFd file = MemFd.create("test", 4096)) {
            mapping = file.map();
        }
        MemorySegment segment = mapping.segment();
        segment.set(INT, 0, 1);
        int before = ProcFs.mappings((int) ProcessHandle.current().pid());
        mapping.close();
        mapping.close();
        assertTrue(mapping.isClosed());
        assertThrows(IllegalStateException.class, () -> segment.get(INT, 0));
        assertTrue(ProcFs.mappings((int) ProcessHandle.current().pid()) < before);
    }

    @Test
    void closesWhileOthersRead() {
        try (MemFd file = MemFd.create("test", 4096)) {
            SharedMapping mapping = file.map();
            CountDownLatch reading = new CountDownLatch(1);
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0;; i++) {
                        mapping.segment().get(INT, i % 1024 * 4L);
                        if (i == 100_000) {
                            reading.countDown();
                        }
                    }
                } catch (IllegalStateException e) {
                    end.complete(e);
                }
            });
            reading.await();
            mapping.close();
            assertEquals("Already closed", end.join().getMessage());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void closeWaitsForANativeCallOnTheMemory() throws Exception {
        try (MemFd file = MemFd.create("test", 4096)) {
            SharedMapping mapping = file.map();
            MemorySegment word = mapping.segment().asSlice(0, 4);
            CompletableFuture<Boolean> slept = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                Prctl.setName("futex-sleeper");
                slept.complete(Futex.await(word, 0, 200_000_000L));
            });
            TestThreads.awaitBlockedInKernel("futex-sleeper");
            mapping.close();
            assertFalse(slept.join(), "it timed out, then the mapping could close");
        }
    }

    @Test
    void anonymousMemoryLiesWhereAsked() {
        long base;
        try (AnonymousMapping probe = AnonymousMapping.reserve(1 << 20)) {
            base = probe.segment().address();
        }
        try (AnonymousMapping memory = AnonymousMapping.at(base, 1 << 20)) {
            assertEquals(base, memory.segment().address());
            memory.segment().set(INT, (1 << 20) - 4, 7);
            NativeException e = assertThrows(NativeException.class, () -> AnonymousMapping.at(base, 4096).close());
            assertEquals(Errno.EEXIST, e.errno());
            assertEquals("base=0x" + Long.toHexString(base) + ", size=4096, fd=-1, offset=0", e.arguments());
            assertEquals(7, memory.segment().get(INT, (1 << 20) - 4));
        }
        assertEquals("not a page address: base=0x1001, page=4096",
                assertThrows(IllegalArgumentException.class, () -> AnonymousMapping.at(0x1001, 4096)).getMessage());
    }

    @Test
    void reservesMoreThanThereIsMemoryAndOpensAPart() {
        try (AnonymousMapping space = AnonymousMapping.reserve(1L << 36)) {
            space.protect(1L << 30, 4096, Mapping.PROT_READ | Mapping.PROT_WRITE);
            space.segment().set(INT, 1L << 30, 5);
            assertEquals(5, space.segment().get(INT, 1L << 30));
        }
    }

    @Test
    void dontNeedDropsPages() {
        try (AnonymousMapping memory = AnonymousMapping.anywhere(8192)) {
            memory.segment().set(INT, 0, 1);
            memory.segment().set(INT, 4096, 2);
            memory.advise(0, 4096, Mapping.MADV_DONTNEED);
            assertEquals(0, memory.segment().get(INT, 0));
            assertEquals(2, memory.segment().get(INT, 4096));
        }
    }

    @Test
    void failuresSayWhatWasAsked() {
        try (AnonymousMapping memory = AnonymousMapping.anywhere(8192)) {
            assertEquals("mprotect failed: errno=EINVAL, offset=1, length=4096, protection=1",
                    assertThrows(NativeException.class, () -> memory.protect(1, 4096, Mapping.PROT_READ))
                            .getMessage());
            assertThrows(IndexOutOfBoundsException.class, () -> memory.protect(4096, 8192, 0));
        }
        assertEquals("mmap failed: errno=EINVAL, base=0x0, size=0, fd=-1, offset=0",
                assertThrows(NativeException.class, () -> AnonymousMapping.anywhere(0)).getMessage());
    }

    @Test
    void namedMemoryIsSharedByName() {
        String name = "/kakuri-test-" + ProcessHandle.current().pid();
        try (Fd created = PosixSharedMemory.create(name, 4096, 0600)) {
            assertEquals(Errno.EEXIST,
                    assertThrows(NativeException.class, () -> PosixSharedMemory.create(name, 4096, 0600)).errno());
            try (Fd opened = PosixSharedMemory.open(name);
                    SharedMapping a = SharedMapping.of(created, 4096);
                    SharedMapping b = SharedMapping.of(opened, 0, 4096, false)) {
                a.segment().set(INT, 8, 11);
                assertEquals(11, b.segment().get(INT, 8));
            }
        } finally {
            PosixSharedMemory.unlink(name);
        }
        assertEquals("shm_open failed: errno=ENOENT, name=" + name + "; check that the path exists",
                assertThrows(NativeException.class, () -> PosixSharedMemory.open(name)).getMessage());
    }

    @Test
    void futexReturnsWhenTheWordDiffersOrTheTimeIsOver() {
        try (AnonymousMapping memory = AnonymousMapping.anywhere(4096)) {
            MemorySegment word = memory.segment().asSlice(0, 4);
            word.set(INT, 0, 5);
            assertEquals(-Errno.EAGAIN, Futex.waitRaw(word, 4, -1));
            assertEquals(-Errno.ETIMEDOUT, Futex.waitRaw(word, 5, 1000));
            assertEquals(0, Futex.wake(word, 1));
            assertTrue(Futex.await(word, 4, -1));
            assertFalse(Futex.await(word, 5, 0));
        }
    }

    @Test
    void futexRefusesUnalignedWords() {
        try (AnonymousMapping memory = AnonymousMapping.anywhere(4096)) {
            MemorySegment odd = memory.segment().asSlice(1, 4);
            assertEquals("futex_wait failed: errno=EINVAL, at=0x" + Long.toHexString(odd.address()),
                    assertThrows(NativeException.class, () -> Futex.await(odd, 0, 0)).getMessage());
        }
    }
}
