package org.kakuri.system.tzmediator.shadow;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.platform.linux.posix.GuestSignals;

/**
 * Finds the workbench that runs; starts one without a shell when none does, which ends when it has had nothing to do
 * for a while.
 */
final class WorkbenchConnection {
    /** How long a workbench that is started may take, including a build. */
    private static final long START_MILLIS = 120_000;
    private static final long LOOK_MILLIS = 20;

    private WorkbenchConnection() {}

    static Fd open(Path home) throws IOException {
        TaSockets sockets = TaSockets.of(home);
        Optional<Fd> running = sockets.connect();
        return running.isPresent() ? running.get() : start(home, sockets);
    }

    /** Of several shadows that find none only one starts it: the others wait for the lock, then find it. */
    private static Fd start(Path home, TaSockets sockets) throws IOException {
        try (FileChannel turn = FileChannel.open(home.resolve(".kakuri/ta-start.lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
                FileLock mine = turn.lock()) {
            Optional<Fd> meanwhile = sockets.connect();
            if (meanwhile.isPresent()) {
                return meanwhile.get();
            }
            Path log = home.resolve(".kakuri/ta-workbench.log");
            run(home, log);
            long until = System.nanoTime() + START_MILLIS * 1_000_000;
            while (System.nanoTime() - until < 0 && mine.isValid()) {
                Optional<Fd> started = sockets.connect();
                if (started.isPresent()) {
                    return started.get();
                }
                pause();
            }
            throw new IOException("no workbench runs and none could be started within %d s; see %s, or start ./kakuri"
                    .formatted(START_MILLIS / 1000, log));
        }
    }

    /**
     * Through a shell that ends at once: the workbench is nobody's child here, and has none of the TA's descriptors.
     */
    private static void run(Path home, Path log) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(GuestSignals::isOwnVariable);
        try (ChildProcess shell = Spawn.program("/bin/sh")
                .environment(environment)
                .arguments("-c", "KAKURI_TA_IDLE=${KAKURI_TA_IDLE:-60} \"$0\" --headless >\"$1\" 2>&1 &",
                        home.resolve("kakuri").toString(), log.toString())
                .directory(Files.isDirectory(home) ? home : Path.of("/"))
                .newSession()
                .start()) {
            shell.waitFor();
        }
        // That child was not the TA's, so its end is no signal for the TA.
        Signals.await(Duration.ZERO, Signals.SIGCHLD);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a workbench", e);
        }
    }
}
