package org.kakuri.domain.internal.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.Signals;

/**
 * Kills what a dead session leader left behind, in whatever process group it hides. While the leader is not reaped, the number
 * of the session belongs to nobody else.
 */
final class SessionSweep {
    /** Rounds against processes that start others while they are hunted. */
    private static final int ROUNDS = 20;
    /** Fields behind the name in /proc/PID/stat: state, ppid, pgrp, session; proc(5). */
    private static final int SESSION_FIELD = 3;

    private SessionSweep() {}

    /**
     * Kills every process of a session but its leader.
     *
     * @return how many were found
     */
    static int kill(int session) {
        int killed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Integer> members = members(session);
            if (members.isEmpty()) {
                return killed;
            }
            for (int pid : members) {
                killed += kill(pid, session) ? 1 : 0;
            }
        }
        return killed;
    }

    /** Returns the live processes of a session but its leader. */
    static List<Integer> members(int session) {
        List<Integer> members = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (Path process : processes) {
                int pid = Integer.parseInt(process.getFileName().toString());
                if (pid != session && belongs(pid, session)) {
                    members.add(pid);
                }
            }
        } catch (IOException e) {
            return members;
        }
        return members;
    }

    /** The descriptor is opened first: what belongs to the session afterwards is what the signal reaches. */
    private static boolean kill(int pid, int session) {
        try (PidFd process = PidFd.open(pid)) {
            return belongs(pid, session) && process.sendSignalRaw(Signals.SIGKILL) == 0;
        } catch (NativeException ended) {
            return false;
        }
    }

    private static boolean belongs(int pid, int session) {
        try {
            String stat = Files.readString(Path.of("/proc", Integer.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return !fields[0].equals("Z") && !fields[0].equals("X")
                    && fields[SESSION_FIELD].equals(Integer.toString(session));
        } catch (IOException ended) {
            return false;
        }
    }
}
