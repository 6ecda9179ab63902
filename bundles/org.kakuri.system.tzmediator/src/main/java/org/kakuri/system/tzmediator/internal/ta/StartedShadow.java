package org.kakuri.system.tzmediator.internal.ta;

import java.util.List;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.UnixListener.Peer;

/** A shadow that a CA started, its child, which asked for a TA by itself. */
final class StartedShadow extends ShadowSide {
    private final PidFd process;
    private final int parent;
    private int watched;

    /**
     * @param peer who it is, as the kernel says
     * @throws NativeException if it has ended again
     */
    StartedShadow(Fd socket, Peer peer) {
        super(socket);
        this.process = PidFd.open(peer.pid());
        this.parent = Integer.parseInt(ProcFs.status(peer.pid()).getOrDefault("PPid", "0"));
    }

    @Override
    PidFd process() {
        return process;
    }

    @Override
    int client() {
        return parent;
    }

    @Override
    String mode() {
        return "exec";
    }

    @Override
    List<Fd> passed() {
        return List.of();
    }

    @Override
    void watch(PollSet set) {
        watched = set.add(socket(), PollSet.IN);
    }

    /** While it serves it has nothing to say. */
    @Override
    boolean gone(PollSet set) {
        return set.ready(watched) != 0;
    }

    /** One that is stopped ends so when it is continued. */
    @Override
    void end(TaEnd how) {
        send(socket(), how.frame());
        if (!process.awaitEnd(ENDING) && !ProcFs.status(pid()).getOrDefault("State", "").startsWith("T")) {
            kill();
        }
    }

    @Override
    void kill() {
        process.sendSignalRaw(Signals.SIGKILL);
    }

    @Override
    public void close() {
        super.close();
        process.close();
    }
}
