package org.kakuri.domain.internal.host;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Signals;

/** A workbench that is killed takes its domain hosts along. */
@Timeout(60)
class ParentDeathTest {
    @TempDir
    Path temp;

    @Test
    void endsTheChildByTheEndOfTheSocket() throws IOException {
        killParent(false);
    }

    @Test
    void endsAChildThatWasStopped() throws IOException {
        killParent(true);
    }

    private void killParent(boolean stopped) throws IOException {
        Process parent = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), FakeParent.class.getName(), temp.resolve("own").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = parent.inputReader()) {
            int child = Integer.parseInt(out.readLine());
            assertTrue(ProcFs.isRunning(child));
            if (stopped) {
                Signals.kill(child, Signals.SIGSTOP);
            }

            parent.destroyForcibly();

            while (ProcFs.isRunning(child)) {
                LockSupport.parkNanos(1_000_000);
            }
        } finally {
            parent.destroyForcibly();
        }
    }
}
