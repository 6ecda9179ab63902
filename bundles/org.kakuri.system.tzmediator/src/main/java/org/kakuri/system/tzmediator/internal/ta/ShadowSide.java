package org.kakuri.system.tzmediator.internal.ta;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.shadow.Frame;
import org.kakuri.system.tzmediator.shadow.Launch;

/** The shadow process of one TA as the workbench sees it: a socket, whose end is the shadow's, and a process. */
abstract class ShadowSide implements AutoCloseable {
    static final Duration ENDING = Duration.ofSeconds(3);

    private final Fd socket;

    ShadowSide(Fd socket) {
        this.socket = socket;
    }

    Fd socket() {
        return socket;
    }

    /** Returns its process; owned by this object. */
    abstract PidFd process();

    /** Returns its process's number. */
    final int pid() {
        return process().pid();
    }

    /** Returns the process that asked for the TA. */
    abstract int client();

    /** Returns {@code exec} or {@code pool}. */
    abstract String mode();

    /** Returns descriptors of this process that the TA gets. */
    abstract List<Fd> passed();

    /** Lets it serve a page for a TA that inherits such signals. */
    final void serve(MemFd page, WaitPolicy waiting, Launch.Signals signals) {
        List<Fd> descriptors = new ArrayList<>(List.of(page.fd()));
        descriptors.addAll(passed());
        List<String> words = new ArrayList<>(
                List.of("" + page.size(), "" + waiting.spins(), "" + waiting.yields()));
        words.addAll(signals.words());
        send(socket, new Frame(Frame.Kind.SERVE, words, descriptors));
        passed().forEach(Fd::close);
    }

    /** Waits until it serves; returns its numbers of the TA's descriptors, empty if it has ended instead. */
    final Optional<List<Integer>> awaitReady(Launch launch, Deadline deadline) {
        PollSet set = new PollSet(1);
        set.add(socket, PollSet.IN);
        if (set.poll(deadline.remaining().toMillis()) == 0) {
            throw new KakuriException("shadow process %d does not answer".formatted(pid()), "");
        }
        Optional<Frame> frame = receive(socket);
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

    /** Adds what tells that the TA's time may be over. */
    abstract void watch(PollSet set);

    /** Looks at what {@link #watch} added was ready; returns whether the TA's time is over. */
    abstract boolean gone(PollSet set);

    /** Tells shadow and CA how the TA ended, and sees to it that the shadow ends. */
    abstract void end(TaEnd how);

    /** Kills it. */
    abstract void kill();

    static Optional<Frame> receive(Fd from) {
        try {
            Optional<Frame> frame = Frame.receive(from, 0);
            frame.ifPresent(Frame::close);
            return frame;
        } catch (IllegalArgumentException | NativeException noFrame) {
            return Optional.empty();
        }
    }

    static void send(Fd to, Frame frame) {
        try {
            frame.send(to);
        } catch (NativeException gone) {
            System.getLogger(ShadowSide.class.getName())
                    .log(System.Logger.Level.DEBUG, "nobody hears " + frame.kind() + " any more", gone);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
