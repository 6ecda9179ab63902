package org.kakuri.system.tzmediator.internal.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Spawn;

/**
 * The program that plays the client application, and its peer in the baseline.
 *
 * @param title what it is, for people
 * @param tool what it was made with
 * @param executable its file
 * @param leading arguments before its own
 * @param staysItself whether it binds itself to its CPU; otherwise it is started on it
 */
public record CaProgram(String title, String tool, Path executable, List<String> leading, boolean staysItself) {
    /** Copies the arguments. */
    public CaProgram {
        leading = List.copyOf(leading);
    }

    /** Returns the same program with arguments before those it gets anyway. */
    public CaProgram with(List<String> arguments) {
        List<String> all = new ArrayList<>(leading);
        all.addAll(arguments);
        return new CaProgram(title, tool, executable, all, staysItself);
    }

    Spawn spawn(List<String> arguments) {
        List<String> all = new ArrayList<>(leading);
        all.addAll(arguments);
        return Spawn.program(executable).arguments(all).newProcessGroup();
    }

    /** Starts a prepared child where it is to stay: affinity is inherited from the thread that starts it. */
    ChildProcess start(Spawn spawn, int cpu) {
        if (staysItself) {
            return spawn.start();
        }
        int[] before = Affinity.get(Affinity.THIS_THREAD);
        Affinity.set(Affinity.THIS_THREAD, cpu);
        try {
            return spawn.start();
        } finally {
            Affinity.set(Affinity.THIS_THREAD, before);
        }
    }
}
