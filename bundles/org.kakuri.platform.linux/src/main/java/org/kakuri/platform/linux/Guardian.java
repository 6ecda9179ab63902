package org.kakuri.platform.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells a process that outlives this JVM which children there are, so that a JVM that is killed leaves none behind. (A death
 * signal of the kernel would not do: it comes when the thread that started the child ends.) The guardian reads lines from the
 * FIFO that the system property {@value #FIFO} names: {@code + PID START} for a child and the time of its start in clock ticks
 * after boot, {@code - PID} before it is reaped, so that the number cannot be another process's yet. Without the property,
 * as in tests, and if nobody reads, nothing is told.
 */
final class Guardian {

    /** System property. Path of the FIFO. Set by the launcher. */
    static final String FIFO = "kakuri.guardian";

    private static final int START_AFTER_NAME = 19;

    private Guardian() {}

    static void started(int pid) {
        String fifo = System.getProperty(FIFO);
        if (fifo != null) {
            tell(fifo, "+ " + pid + " " + start(pid) + "\n");
        }
    }

    static void aboutToReap(int pid) {
        String fifo = System.getProperty(FIFO);
        if (fifo != null) {
            tell(fifo, "- " + pid + "\n");
        }
    }

    /** Field 22 of /proc/PID/stat (proc(5)); a child that is not reaped has one. */
    private static String start(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START_AFTER_NAME];
        } catch (IOException unreadable) {
            return "0";
        }
    }

    private static void tell(String fifo, String line) {
        try (Fd writer = PathCalls.open(Path.of(fifo),
                OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC, 0); Arena arena = Arena.ofConfined()) {
            byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
            FdIo.write(writer, arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes)));
        } catch (NativeException nobodyReads) {
            System.getLogger(Guardian.class.getName())
                    .log(System.Logger.Level.DEBUG, "the guardian of child processes does not listen", nobodyReads);
        }
    }
}
