package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GuardianTest {

    @TempDir
    Path temp;

    @AfterEach
    void forget() {
        System.clearProperty(Guardian.FIFO);
    }

    @Test
    void isToldOfEachChildAndOfItsEndBeforeItIsReaped() throws Exception {
        Path fifo = temp.resolve("fifo");
        PathCalls.mkfifo(fifo, 0600);
        System.setProperty(Guardian.FIFO, fifo.toString());
        try (Fd reader = PathCalls.open(fifo, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0)) {
            int pid;
            try (ChildProcess child = Spawn.program("/bin/cat").newProcessGroup().start()) {
                pid = child.pid();
                assertEquals("+ 0\n+ " + pid + "\n", read(reader));
                child.waitFor();
                assertEquals("- " + pid + "\n", read(reader));
            }
            assertEquals("", read(reader));
        }
    }

    @Test
    void isToldOfASocketOnceItIsOurs() {
        Path fifo = temp.resolve("fifo");
        PathCalls.mkfifo(fifo, 0600);
        System.setProperty(Guardian.FIFO, fifo.toString());
        Path path = temp.resolve("a socket");
        try (Fd reader = PathCalls.open(fifo, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0);
                UnixListener _ = UnixListener.listen(path)) {
            assertEquals("s " + path + "\n", read(reader));
            assertThrows(NativeException.class, () -> UnixListener.listen(path));
            assertEquals("", read(reader));
        }
    }

    @Test
    void childrenDoNotNeedOne() {
        for (String fifo : List.of(temp.resolve("missing").toString(), "/dev/full")) {
            System.setProperty(Guardian.FIFO, fifo);
            try (ChildProcess child = Spawn.program("/bin/true").start()) {
                assertEquals(new ExitStatus.Exited(0), child.waitFor());
            }
        }
    }

    @Test
    void nobodyIsWaitedForIfTheGuardianIsGone() {
        Path fifo = temp.resolve("unread");
        PathCalls.mkfifo(fifo, 0600);
        System.setProperty(Guardian.FIFO, fifo.toString());
        try (ChildProcess child = Spawn.program("/bin/true").start()) {
            assertEquals(new ExitStatus.Exited(0), child.waitFor());
        }
    }

    private static String read(Fd reader) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4096);
            long n = FdIo.readRaw(reader.number(), buffer, 0, buffer.byteSize());
            return n <= 0 ? ""
                    : new String(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }
}
