package org.kakuri.system.tzmediator.internal.ta;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.UnixListener.Peer;
import org.kakuri.system.tzmediator.shadow.Frame;

/** A shadow of the pool at work for a start program, which is the CA's child in its place: signals and the end go through both. */
final class PooledShadow extends ShadowSide {
    /** Code of a signal that sigqueue(3) sent. */
    private static final int SI_QUEUE = -1;

    private final ShadowPool.Idle shadow;
    private final Fd client;
    private final Peer peer;
    private final List<Fd> passed;
    private int shadowWatched;
    private int clientWatched;

    PooledShadow(ShadowPool.Idle shadow, Fd client, Peer peer, List<Fd> passed) {
        super(shadow.socket());
        this.shadow = shadow;
        this.client = client;
        this.peer = peer;
        this.passed = List.copyOf(passed);
    }

    @Override
    PidFd process() {
        return shadow.process().pidFd();
    }

    @Override
    int client() {
        return peer.pid();
    }

    @Override
    String mode() {
        return "pool";
    }

    @Override
    List<Fd> passed() {
        return passed;
    }

    @Override
    void watch(PollSet set) {
        shadowWatched = set.add(socket(), PollSet.IN);
        clientWatched = set.add(client, PollSet.IN);
    }

    @Override
    boolean gone(PollSet set) {
        if (set.ready(shadowWatched) != 0) {
            toldClient();
            return true;
        }
        if (set.ready(clientWatched) == 0) {
            return false;
        }
        Optional<Frame> frame = receive(client);
        if (frame.isPresent() && frame.get().kind() == Frame.Kind.SIGNAL
                && frame.get().words().toString().matches("\\[[0-9]{1,2}, -?[0-9]{1,10}, -?[0-9]{1,10}\\]")) {
            List<Integer> words = frame.get().words().stream().map(Long::valueOf).map(Long::intValue).toList();
            signal(words.get(0), words.get(1) == SI_QUEUE ? OptionalInt.of(words.get(2)) : OptionalInt.empty());
            return false;
        }
        kill();
        return true;
    }

    /** Passes it on, with its value if it was sent with one. The shadow is not reaped yet, so its number is still its own. */
    private void signal(int number, OptionalInt value) {
        try {
            if (value.isPresent()) {
                Signals.queue(pid(), number, value.getAsInt());
            } else {
                shadow.process().signal(number);
            }
        } catch (NativeException noSignal) {
            System.getLogger(PooledShadow.class.getName())
                    .log(System.Logger.Level.DEBUG, "not sent to shadow " + pid() + ": " + number, noSignal);
        }
    }

    /** The shadow ended first: the start program ends alike. */
    private void toldClient() {
        ExitStatus status = shadow.process().waitFor(ENDING).orElse(new ExitStatus.Killed(Signals.SIGKILL, false));
        TaEnd how = switch (status) {
        case ExitStatus.Exited exited -> new TaEnd(false, exited.code(), "");
        case ExitStatus.Killed killed -> new TaEnd(true, killed.signal(), "");
        };
        send(client, how.frame());
    }

    @Override
    void end(TaEnd how) {
        send(client, how.frame());
        kill();
    }

    @Override
    void kill() {
        shadow.process().signal(Signals.SIGKILL);
    }

    @Override
    public void close() {
        passed.forEach(Fd::close);
        super.close();
        shadow.process().waitFor(Duration.ofSeconds(5));
        shadow.process().close();
    }
}
