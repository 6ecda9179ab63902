package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpawnTest {

    /** Runs a shell script with its standard output in a pipe; returns what it printed. */
    private static String run(Spawn spawn) {
        try (Pipe out = Pipe.open(); ChildProcess child = spawn.give(out.writer(), 1).start()) {
            out.writer().close();
            String text = readAll(out.reader());
            assertEquals(new ExitStatus.Exited(0), child.waitFor());
            return text;
        }
    }

    private static String readAll(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(65536);
            long n = FdIo.readFully(fd, buffer);
            return new String(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    private static Spawn shell(String script) {
        return Spawn.program("/bin/sh").arguments("-c", script);
    }

    @Test
    void givesExactlyTheDescriptorsAsked() {
        try (Pipe a = Pipe.open(); Pipe b = Pipe.open()) {
            String open = run(shell("ls -v /proc/self/fd | tr '\\n' ' '").give(a.reader(), 10).give(b.writer(), 7));
            assertEquals("0 1 2 3 7 10 ", open, "3 is the folder that ls lists");
        }
    }

    @Test
    void standardDescriptorsNotGivenAreDevNull() {
        assertEquals("/dev/null /dev/null", run(shell("echo $(readlink /proc/self/fd/0) $(readlink /proc/$$/fd/2)"))
                .strip());
    }

    @Test
    void givesDescriptorUnderItsOwnNumber() {
        try (Pipe pipe = Pipe.open()) {
            int number = pipe.writer().number();
            try (ChildProcess child = shell("echo same > /dev/fd/" + number).give(pipe.writer(), number).start()) {
                pipe.writer().close();
                assertEquals("same\n", readAll(pipe.reader()));
                assertTrue(child.waitFor().success());
            }
        }
    }

    @Test
    void swapsTwoDescriptors() {
        try (Pipe a = Pipe.open(); Pipe b = Pipe.open()) {
            int first = a.writer().number();
            int second = b.writer().number();
            try (ChildProcess child = shell("echo to-b > /dev/fd/" + first + "; echo to-a > /dev/fd/" + second)
                    .give(a.writer(), second)
                    .give(b.writer(), first)
                    .start()) {
                a.writer().close();
                b.writer().close();
                assertEquals("to-a\n", readAll(a.reader()));
                assertEquals("to-b\n", readAll(b.reader()));
                assertTrue(child.waitFor().success());
            }
        }
    }

    /** Numbers wanted in the child are the very ones a careless copy of a later source would get here. */
    @Test
    void copiesNeverCollideWithNumbersWantedInTheChild() {
        try (Pipe a = Pipe.open(); Pipe b = Pipe.open()) {
            int low;
            int next;
            try (Pipe lowestFree = Pipe.open()) {
                low = lowestFree.writer().number();
                next = low + 500;
            }
            try (ChildProcess child = shell("echo first > /dev/fd/" + low + "; echo second > /dev/fd/" + next)
                    .give(a.writer(), low)
                    .give(b.writer(), next)
                    .start()) {
                a.writer().close();
                b.writer().close();
                assertEquals("first\n", readAll(a.reader()));
                assertEquals("second\n", readAll(b.reader()));
                assertTrue(child.waitFor().success());
            }
        }
    }

    @Test
    void passesArgumentsEnvironmentAndDirectory(@org.junit.jupiter.api.io.TempDir Path folder) {
        assertEquals("a b|\u00fc|" + folder + "\n",
                run(Spawn.program("/bin/sh")
                        .arguments(List.of("-c", "echo \"$1|$X|$(pwd)\"", "sh", "a b"))
                        .environment(Map.of("X", "\u00fc", "PATH", "/bin:/usr/bin"))
                        .directory(folder)));
    }

    @Test
    void namesThePathThatCannotBeExecuted() {
        NativeException e = assertThrows(NativeException.class, () -> Spawn.program("/no/such/program").start());
        assertEquals("posix_spawn failed: errno=ENOENT, path=/no/such/program; check that the path exists",
                e.getMessage());
    }

    @Test
    void leaksNothingWhenTheProgramCannotBeExecuted() {
        List<Integer> before = ProcFs.openDescriptors();
        try (Pipe pipe = Pipe.open()) {
            assertThrows(NativeException.class, () -> Spawn.program("/etc").give(pipe.reader(), 9).start());
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    @Test
    void reportsExitCodeAndUsage() {
        try (ChildProcess child = shell("exit 42").start()) {
            assertEquals("exited(42)", child.waitFor().toString());
            assertFalse(child.alive());
            assertTrue(child.usage().orElseThrow().maxResidentBytes() > 100_000);
            assertFalse(child.signal(Signals.SIGTERM));
        }
    }

    @Test
    void reportsTheSignalThatKilled() {
        try (ChildProcess child = Spawn.program("/bin/sleep").arguments("1000").start()) {
            assertTrue(child.alive());
            assertEquals(Optional.empty(), child.waitFor(Duration.ofMillis(1)));
            assertTrue(child.signal(Signals.SIGTERM));
            assertEquals(new ExitStatus.Killed(Signals.SIGTERM, false), child.waitFor());
            assertEquals("killed(SIGTERM)", child.waitFor().toString());
        }
    }

    @Test
    void closeKillsAndReapsTheWholeGroup() {
        try (Pipe out = Pipe.open()) {
            ChildProcess child = shell("sleep 1000 & echo started; wait").newProcessGroup()
                    .give(out.writer(), 1)
                    .start();
            out.writer().close();
            try (Arena arena = Arena.ofConfined()) {
                assertEquals(8, FdIo.readFully(out.reader(), arena.allocate(8)));
            }
            child.close();
            assertEquals("", readAll(out.reader()), "the grandchild, which holds the pipe too, is gone");
            assertEquals(-Errno.ESRCH, Signals.killRaw(child.pid(), 0));
        }
    }

    @Test
    void newSessionHasItsOwnId() {
        String[] ids = run(shell("echo $$ $(cut -d' ' -f5,6 /proc/$$/stat)").newSession()).strip().split(" ");
        assertEquals(List.of(ids[0], ids[0], ids[0]), List.of(ids));
    }

    @Test
    void startsWithTheSignalMaskAsked() {
        assertEquals("0000000200000200",
                run(shell("grep SigBlk /proc/self/status | cut -f2").blockedSignals(Signals.SIGUSR1, Signals.SIGRTMIN))
                        .strip());
        assertEquals("0000000000000000", run(shell("grep SigBlk /proc/self/status | cut -f2")).strip());
    }

    @Test
    void leavesOtherChildrenOfTheJvmAlone() throws Exception {
        Process other = new ProcessBuilder("/bin/sh", "-c", "read x; exit 7").start();
        try (ChildProcess mine = shell("exit 3").start()) {
            assertEquals(new ExitStatus.Exited(3), mine.waitFor());
        }
        other.getOutputStream().close();
        assertEquals(7, other.waitFor());
    }

    @Test
    void refusesNumbersTwice() {
        try (Pipe pipe = Pipe.open()) {
            Spawn spawn = shell("true").give(pipe.reader(), 5).inherit(0);
            assertEquals("descriptor given twice: inChild=5",
                    assertThrows(IllegalArgumentException.class, () -> spawn.give(pipe.writer(), 5)).getMessage());
            assertEquals("descriptor given twice: inChild=0",
                    assertThrows(IllegalArgumentException.class, () -> spawn.give(pipe.writer(), 0)).getMessage());
            assertEquals("only 0, 1 and 2 can be inherited: number=3; use give",
                    assertThrows(IllegalArgumentException.class, () -> spawn.inherit(3)).getMessage());
        }
    }

    @Test
    void manyChildrenLeaveNoDescriptorAndNoZombie() {
        List<Integer> before = ProcFs.openDescriptors();
        for (int i = 0; i < 50; i++) {
            try (ChildProcess child = Spawn.program("/bin/true").start()) {
                assertTrue(child.waitFor().success());
                assertEquals(-Errno.ESRCH, Signals.killRaw(child.pid(), 0));
            }
        }
        assertEquals(before, ProcFs.openDescriptors());
    }
}
