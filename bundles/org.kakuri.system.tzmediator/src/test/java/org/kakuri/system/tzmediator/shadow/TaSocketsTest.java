package org.kakuri.system.tzmediator.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.UnixListener;

@Timeout(30)
class TaSocketsTest {
    @TempDir
    Path temp;

    private Path base;
    private TaSockets sockets;

    @BeforeEach
    void prepare() throws IOException {
        base = Files.createDirectory(
                temp.resolve("kakuri-" + Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        sockets = new TaSockets(temp, Path.of("/home/a"));
    }

    private Path workbench(String name, long start) throws IOException {
        return sockets.in(Files.createDirectory(base.resolve(name)), start);
    }

    @Test
    void connectsToTheNewestThatLives() throws IOException {
        assertTrue(sockets.connect().isEmpty());
        Path older = workbench("1-0", 1_000);
        try (UnixListener first = UnixListener.listen(older);
                UnixListener second = UnixListener.listen(workbench("9-0", 500))) {
            UnixListener.listen(workbench("3-0", 2_000)).close();

            try (Fd connection = sockets.connect().orElseThrow(); Fd accepted = first.accept().orElseThrow()) {
                assertEquals(ProcessHandle.current().pid(), UnixListener.peer(accepted).pid());
                assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"),
                        UnixListener.peer(connection).uid());
            }
            assertFalse(second.fd().isClosed());
        }
    }

    @Test
    void keepsHomesApart() throws IOException {
        try (UnixListener one = UnixListener.listen(workbench("1-0", 1))) {
            assertTrue(new TaSockets(temp, Path.of("/home/b")).connect().isEmpty());
            assertFalse(one.fd().isClosed());
        }
    }

    @Test
    void refusesADirectoryThatOthersMayEnter() throws IOException {
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThrows(IOException.class, sockets::connect);
    }

    @Test
    void findsNobodyWhereNothingIs() throws IOException {
        assertTrue(new TaSockets(temp.resolve("none"), Path.of("/home/a")).connect().isEmpty());
    }
}
