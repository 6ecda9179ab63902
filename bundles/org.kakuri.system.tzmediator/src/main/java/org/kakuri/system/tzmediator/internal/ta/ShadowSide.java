package org.kakuri.system.tzmediator.internal.ta;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.UnixListener.Peer;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.shadow.Frame;
import org.kakuri.system.tzmediator.shadow.Launch;

/** The shadow process of one TA as the workbench sees it: a socket, whose end is the shadow's, and a process. */
final class ShadowSide implements AutoCloseable {
    private static final Duration ENDING = Duration.ofSeconds(3);

    private final Fd socket;
    private final PidFd process;
    private final int parent;

    private ShadowSide(Fd socket, PidFd process, int parent) {
        this.socket = socket;
        this.process = process;
        this.parent = parent;
    }

    /**
     * Takes a shadow that asked for a TA by itself.
     *
     * @param peer
     *            who it is, as the kernel says
     *
     * @throws NativeException
     *             if it has ended again
     */
    static ShadowSide started(Fd socket, Peer peer) {
        PidFd process = PidFd.open(peer.pid());
        return new ShadowSide(socket, process, parentOf(peer.pid()));
    }

    private static int parentOf(int pid) {
        Map<String, String> status = ProcFs.status(pid);
        return Integer.parseInt(status.getOrDefault("PPid", "0"));
    }

    Fd socket() {
        return socket;
    }

    int pid() {
        return process.pid();
    }

    /** Returns the process that started it. */
    int parent() {
        return parent;
    }

    String mode() {
        return "exec";
    }

    /** Lets it serve a page. */
    void serve(MemFd page, WaitPolicy waiting) {
        send(new Frame(Frame.Kind.SERVE, List.of("" + page.size(), "" + waiting.spins(), "" + waiting.yields()),
                List.of(page.fd())));
    }

    /** Waits until it serves; returns its numbers of the TA's descriptors, empty if it has ended instead. */
    Optional<List<Integer>> awaitReady(Launch launch, Deadline deadline) {
        if (!readable(deadline)) {
            throw new KakuriException("shadow process %d does not answer".formatted(pid()), "");
        }
        Optional<Frame> frame = receive();
        if (frame.isEmpty()) {
            return Optional.empty();
        }
        List<String> words = frame.get().words();
        if (frame.get().kind() != Frame.Kind.READY || words.size() != launch.descriptors().size()
                || !words.stream().allMatch(word -> word.matches("[0-9]{1,7}"))) {
            throw new KakuriException("shadow process %d answered %s %s".formatted(pid(), frame.get().kind(), words),
                    "");
        }
        return Optional.of(words.stream().map(Integer::valueOf).toList());
    }

    private boolean readable(Deadline deadline) {
        PollSet set = new PollSet(1);
        set.add(socket, PollSet.IN);
        return set.poll(deadline.remaining().toMillis()) > 0;
    }

    private Optional<Frame> receive() {
        try {
            Optional<Frame> frame = Frame.receive(socket, 0);
            frame.ifPresent(Frame::close);
            return frame;
        } catch (IllegalArgumentException | NativeException noFrame) {
            return Optional.empty();
        }
    }

    private void send(Frame frame) {
        try {
            frame.send(socket);
        } catch (NativeException gone) {
            System.getLogger(ShadowSide.class.getName())
                    .log(System.Logger.Level.DEBUG,
                            "shadow process " + pid() + " has ended", gone);
        }
    }

    /**
     * Looks what it said while it serves, when it should say nothing; returns whether it is gone, or of no use any
     * more.
     */
    boolean told() {
        return true;
    }

    /** Tells it how to end, and sees to it that it does; one that is stopped ends so when it is continued. */
    void end(TaEnd how) {
        send(how.frame());
        if (!process.awaitEnd(ENDING) && !stopped()) {
            kill();
        }
    }

    private boolean stopped() {
        return ProcFs.status(pid()).getOrDefault("State", "").startsWith("T");
    }

    /** Kills it. */
    void kill() {
        process.sendSignalRaw(Signals.SIGKILL);
    }

    @Override
    public void close() {
        socket.close();
        process.close();
    }
}
