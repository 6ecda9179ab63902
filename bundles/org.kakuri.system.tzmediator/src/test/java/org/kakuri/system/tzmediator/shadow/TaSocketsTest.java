package org.kakuri.system.tzmediator.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.UnixListener;

@Timeout(30)
class TaSocketsTest {
    @TempDir
    Path place;

    @Test
    void connectsToTheNewestThatLives() throws IOException {
        TaSockets sockets = new TaSockets(place, Path.of("/home/a"));
        assertTrue(sockets.connect().isEmpty());
        Path first = sockets.claim(1_000, 1);
        Path second = sockets.claim(2_000, 2);
        try (UnixListener older = UnixListener.listen(first)) {
            UnixListener.listen(second).close();

            try (Fd connection = sockets.connect().orElseThrow(); Fd accepted = older.accept().orElseThrow()) {
                assertEquals(ProcessHandle.current().pid(), UnixListener.peer(accepted).pid());
                assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"),
                        UnixListener.peer(connection).uid());
            }
            assertFalse(Files.exists(second), "a dead one's socket stays");
        }
    }

    @Test
    void keepsHomesApart() throws IOException {
        try (UnixListener one = UnixListener.listen(new TaSockets(place, Path.of("/home/a")).claim(1, 1))) {
            assertTrue(new TaSockets(place, Path.of("/home/b")).connect().isEmpty());
            assertFalse(one.fd().isClosed());
        }
    }

    @Test
    void refusesADirectoryThatOthersMayEnter() throws IOException {
        TaSockets sockets = new TaSockets(place, Path.of("/home/a"));
        Path base = sockets.claim(1, 1).getParent().getParent();
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThrows(IOException.class, sockets::connect);
        assertThrows(IOException.class, () -> sockets.claim(2, 2));
    }
}
