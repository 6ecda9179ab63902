package org.kakuri.domain.internal.host;

import java.util.List;
import java.util.Optional;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Signals;

/** Says why a child is gone, with its last words. */
final class Obituary {
    /** Exit code of {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;
    private static final int SHELL_KILLED = 128 + Signals.SIGKILL;
    private static final int LINES = 5;
    private static final int LINE_LENGTH = 200;

    private final String name;
    private final int pid;
    private final HostSettings settings;
    private final OutputTail tail;

    Obituary(String name, int pid, HostSettings settings, OutputTail tail) {
        this.name = name;
        this.pid = pid;
        this.settings = settings;
        this.tail = tail;
    }

    /**
     * Writes it.
     *
     * @param closedByUs whether the child was told to end while it was well
     * @param verdict why we killed it, if we did, or why it could not be started
     * @param status how it ended; empty if it was never started or is still there
     */
    Loss write(boolean closedByUs, Optional<String> verdict, Optional<ExitStatus> status) {
        String who = pid == 0 ? name : name + ", pid " + pid + ",";
        if (pid == 0) {
            return new Loss(who + " could not be started: " + verdict.orElse("no reason known"), "");
        }
        if (closedByUs && status.isPresent()) {
            return new Loss(who + " was closed", "open another session");
        }
        if (status.isEmpty()) {
            return new Loss(who + " was killed and does not end: " + verdict.orElse("for no reason"),
                    "look at the process: it hangs in the kernel");
        }
        boolean outOfMemory = status.get() instanceof ExitStatus.Exited(int code) && code == OUT_OF_MEMORY
                && tail.text().contains("OutOfMemoryError");
        if (outOfMemory) {
            return new Loss(who + " ran out of memory: heap limit " + settings.heapMegabytes() + " MiB" + lastWords(),
                    "raise " + HostSettings.HEAP);
        }
        String what = switch (status.get()) {
        case ExitStatus.Killed(int signal, boolean _) when signal == Signals.SIGKILL -> verdict
                .map(why -> why + "; it was killed")
                .orElse("was killed by SIGKILL: by somebody, or by the kernel because the machine ran out of memory");
        case ExitStatus.Killed(int signal, boolean _) -> "was ended by " + Signals.name(signal);
        case ExitStatus.Exited(int code) when code == SHELL_KILLED ->
            "exited with " + code + ": a process of it was killed, perhaps because the machine ran out of memory";
        case ExitStatus.Exited(int code) -> "exited with " + code;
        };
        return new Loss(who + " " + what + lastWords(), "open another session");
    }

    private String lastWords() {
        List<String> lines = tail.lastLines(LINES, LINE_LENGTH);
        return lines.isEmpty() ? "" : "; its last words: " + String.join(" | ", lines);
    }
}
