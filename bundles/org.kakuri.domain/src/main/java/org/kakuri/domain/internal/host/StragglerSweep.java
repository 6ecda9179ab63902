package org.kakuri.domain.internal.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.runtime.DomainHosts;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Signals;

/**
 * Kills what a dead domain host left behind, in whatever process group or session it hides: everything that carries the host's
 * mark in the environment it was started with. A session of its own would be a simpler mark, but with autogroup scheduling it
 * is also a scheduling group of its own, in which yielding to a process outside has no effect (sched(7), "The autogroup
 * feature"): calls between a TA and its shadow process then cost half as much again.
 */
final class StragglerSweep {
    /** Rounds against processes that start others while they are hunted. */
    private static final int ROUNDS = 20;

    private StragglerSweep() {}

    /**
     * Kills every process that carries the mark.
     *
     * @return how many were found
     */
    static int kill(String mark) {
        int killed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Integer> members = members(mark);
            if (members.isEmpty()) {
                return killed;
            }
            for (int pid : members) {
                killed += kill(pid, mark) ? 1 : 0;
            }
        }
        return killed;
    }

    /** Returns the live processes that carry the mark. One that has ended has no environment any more. */
    static List<Integer> members(String mark) {
        List<Integer> members = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (Path process : processes) {
                int pid = Integer.parseInt(process.getFileName().toString());
                if (carries(pid, mark)) {
                    members.add(pid);
                }
            }
        } catch (IOException e) {
            return members;
        }
        return members;
    }

    /** The descriptor is opened first: what carries the mark afterwards is what the signal reaches. */
    private static boolean kill(int pid, String mark) {
        try (PidFd process = PidFd.open(pid)) {
            return carries(pid, mark) && process.sendSignalRaw(Signals.SIGKILL) == 0;
        } catch (NativeException ended) {
            return false;
        }
    }

    private static boolean carries(int pid, String mark) {
        try {
            String environment = new String(Files.readAllBytes(Path.of("/proc", Integer.toString(pid), "environ")),
                    StandardCharsets.ISO_8859_1);
            return ("\0" + environment).contains("\0" + DomainHosts.MARK + "=" + mark + "\0") && ProcFs.isRunning(pid);
        } catch (IOException endedOrAnotherUsers) {
            return false;
        }
    }
}
