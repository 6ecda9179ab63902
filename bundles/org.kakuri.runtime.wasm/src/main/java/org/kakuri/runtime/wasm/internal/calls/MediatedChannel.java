package org.kakuri.runtime.wasm.internal.calls;

import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.runtime.SessionSpec.Mediated;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.PeerGone;
import org.kakuri.platform.linux.ring.Sleeper;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.platform.linux.ring.WaitWord;

/**
 * A channel whose page a mediator in another process serves. By RPC the code leaves for each call and its thread waits
 * outside; by polling it waits inside and leaves only to sleep. One guest at a time.
 */
public final class MediatedChannel extends PageChannel {
    private final SharedMemory shared;
    private volatile Optional<PidFd> mediator;
    private final CallClient client;
    private final WaitPolicy outside;
    private final boolean polling;
    private volatile BooleanSupplier wanted = () -> true;
    private boolean mediatorEnded;
    private boolean settling;
    private WaitWord word;
    private int old;

    /**
     * @param shared the page, laid out by the mediator's side; closed with this object
     * @param style how calls leave and how they are waited for
     * @param mediator the mediator's process, where it is known; closed with this object
     */
    public MediatedChannel(SharedMemory shared, Mediated style, Optional<PidFd> mediator) {
        super(shared.segment(), style.style() == CallStyle.POLLING ? Services.WAIT : Services.POSIX);
        this.shared = shared;
        this.mediator = mediator;
        this.polling = style.style() == CallStyle.POLLING;
        this.outside = new WaitPolicy(style.waiting().spins(), style.waiting().yields(), true);
        this.client = CallPage.open(shared.segment()).client(polling ? outside : WaitPolicy.SLEEP_ONLY, peer(), this);
    }

    private PeerCheck peer() {
        return () -> {
            mediatorEnded = mediator.map(PidFd::hasEnded).orElse(false);
            return !mediatorEnded && wanted.getAsBoolean();
        };
    }

    /** Says how a guest that makes the next calls is asked whether it may still wait. */
    public void wanted(BooleanSupplier stillWanted) {
        wanted = stillWanted;
    }

    /** Says who serves the page from now on; closed with this object. Before a guest's first call. */
    public void mediator(PidFd process) {
        mediator.ifPresent(PidFd::close);
        mediator = Optional.of(process);
    }

    /** Returns how this process gets the mediator's descriptors, where that process is known. */
    public Optional<Function<Integer, Fd>> descriptors() {
        return mediator.map(process -> process::getFd);
    }

    @Override
    public CallClient client() {
        return client;
    }

    @Override
    public void waiting(WaitWord changing, int before) {
        word = changing;
        old = before;
    }

    /**
     * By RPC each call leaves the instance. A reply that came before the code looked for it would save it from leaving, which no
     * world switch does: it then leaves now.
     */
    @Override
    public void settle() {
        settling = !polling;
        while (settling && left() < client.calls()) {
            leave();
        }
        settling = false;
    }

    @Override
    public long serve(HostRequest request) {
        if (settling) {
            return 0;
        }
        if (polling) {
            word.sleep(old, WaitWord.CHECK_NANOS);
            return 0;
        }
        try {
            word.await(old, outside, this::stillThere, Sleeper.FUTEX);
            return 0;
        } catch (PeerGone gone) {
            return -1;
        }
    }

    private boolean stillThere() {
        return wanted.getAsBoolean() && mediator.map(process -> !process.hasEnded()).orElse(true)
                && shared.segment().get(ValueLayout.JAVA_INT, CallPageLayout.SHUTDOWN) == 0;
    }

    @Override
    public String failure() {
        return mediatorEnded ? "the mediator's process has ended" : "";
    }

    /** Tells the mediator that no more calls come. Only after the guest's thread ended. */
    @Override
    public void close() {
        client.close();
        mediator.ifPresent(PidFd::close);
        shared.close();
    }
}
