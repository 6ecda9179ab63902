package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class UnixListenerTest {
    @TempDir
    Path folder;

    @Test
    void connectsAndPassesDescriptors() throws Exception {
        Path path = folder.resolve("socket");
        try (UnixListener listener = UnixListener.listen(path);
                Fd client = UnixListener.connect(path).orElseThrow();
                Fd server = listener.accept().orElseThrow();
                Pipe pipe = Pipe.open()) {
            FdPassing.send(client, new byte[] {1}, List.of(pipe.writer()));
            try (FdPassing.Message message = FdPassing.receive(server, 1, 1)) {
                assertEquals(1, message.descriptors().size());
            }
            assertEquals(new UnixListener.Peer((int) ProcessHandle.current().pid(),
                    (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"),
                    (int) Files.getAttribute(Path.of("/proc/self"), "unix:gid")), UnixListener.peer(server));
        }
    }

    @Test
    void findsNobodyWhereNobodyListens() {
        Path path = folder.resolve("socket");
        assertTrue(UnixListener.connect(path).isEmpty());
        UnixListener.listen(path).close();

        assertTrue(UnixListener.connect(path).isEmpty());
        assertEquals(98,
                assertThrows(NativeException.class, () -> UnixListener.listen(path)).errno());
    }

    @Test
    void refusesAPathThatIsTooLong() {
        Path path = folder.resolve("x".repeat(UnixListener.LONGEST));

        assertEquals(Errno.ENAMETOOLONG,
                assertThrows(NativeException.class, () -> UnixListener.listen(path)).errno());
    }
}
