package org.kakuri.system.tzmediator.internal.ta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.UnixListener;
import org.kakuri.system.tzmediator.shadow.Frame;
import org.kakuri.system.tzmediator.shadow.Frame.Kind;
import org.kakuri.system.tzmediator.shadow.Launch;

/** What the server makes of those who speak nonsense; TAs that really run are tried by {@code TaAcceptance}. */
@Timeout(60)
class TaServerTest {
    @TempDir
    Path folder;

    private final CountDownLatch idle = new CountDownLatch(1);
    private TaServer server;
    private Path socket;

    @BeforeEach
    void start() throws IOException {
        socket = folder.resolve("s");
        server = server(Duration.ZERO);
    }

    private TaServer server(Duration idleTime) throws IOException {
        Workbench none = (Workbench) Proxy.newProxyInstance(Workbench.class.getClassLoader(),
                new Class<?>[] {Workbench.class}, (_, method, _) -> {
                    if (method.getName().equals("leases")) {
                        return List.of();
                    }
                    throw new AssertionError("nobody may get as far as " + method);
                });
        return new TaServer(none, new TaRegistry(folder), socket, idleTime, idle::countDown);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Fd connect() {
        return UnixListener.connect(socket).orElseThrow();
    }

    private Optional<Frame> answer(Frame frame) {
        try (Fd connection = connect()) {
            frame.send(connection);
            return Frame.receive(connection, 0);
        }
    }

    private static void refused(String reason, Optional<Frame> answer) {
        assertEquals(Kind.END, answer.orElseThrow().kind());
        assertEquals(List.of("exit", "126"), answer.get().words().subList(0, 2));
        assertTrue(answer.get().words().get(2).contains(reason), answer.get().words().get(2));
    }

    @Test
    void refusesAnotherVersion() {
        refused("it is of another build", answer(Frame.of(Kind.START, "0.9", "x", "/", "1", "x", "0", "0")));
    }

    @Test
    void refusesALaunchThatIsCut() {
        refused("a launch was cut", answer(Frame.of(Kind.START, Launch.VERSION, "x", "/", "1")));
    }

    @Test
    void refusesAPooledLaunchWithoutItsDescriptors() {
        Launch launch = new Launch(Launch.VERSION, "x", "/", Launch.Signals.NONE, List.of("x"), Map.of(),
                List.of(0, 1));

        refused("descriptors are missing", answer(new Frame(Kind.START_POOLED, launch.words(), List.of())));
    }

    @Test
    void refusesWhatAsksForNothing() {
        Launch launch = new Launch(Launch.VERSION, "x", "/", Launch.Signals.NONE, List.of("x"), Map.of(), List.of());

        refused("asks for nothing: READY", answer(new Frame(Kind.READY, launch.words(), List.of())));
    }

    @Test
    void goesOnAfterGarbage() {
        for (int length : new int[] {1, 8, 4096}) {
            try (Fd connection = connect(); Arena arena = Arena.ofConfined()) {
                byte[] garbage = new byte[length];
                java.util.Arrays.fill(garbage, (byte) 0xff);
                FdIo.writeFully(connection, arena.allocateFrom(ValueLayout.JAVA_BYTE, garbage));
            }
        }
        connect().close();

        refusesAnotherVersion();
        assertEquals(List.of(), server.running());
        assertThrows(UsageError.class, () -> server.kill(1));
    }

    @Test
    void endsAlthoughSomebodyIsInTheMiddleOfARequest() {
        try (Fd connection = connect()) {
            try (Arena arena = Arena.ofConfined()) {
                FdIo.writeFully(connection, arena.allocateFrom(ValueLayout.JAVA_INT, Kind.START.ordinal(), 100));
            }

            server.close();

            assertTrue(Frame.receive(connection, 0).isEmpty());
        }
    }

    @Test
    void takesItsSocketAway() throws IOException {
        assertTrue(Files.exists(socket));
        server.close();

        assertFalse(Files.exists(socket));
    }

    @Test
    void saysWhenItHadNothingToDo() throws Exception {
        server.close();
        server = server(Duration.ofMillis(1));

        assertTrue(idle.await(30, TimeUnit.SECONDS));
    }
}
