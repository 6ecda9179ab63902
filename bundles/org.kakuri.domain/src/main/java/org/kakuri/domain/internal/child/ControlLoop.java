package org.kakuri.domain.internal.child;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.domain.internal.wire.FrameSocket;
import org.kakuri.domain.internal.wire.FrameSocket.Incoming;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.Operation;
import org.kakuri.domain.internal.wire.ProtocolViolation;
import org.kakuri.domain.internal.wire.Result;
import org.kakuri.domain.internal.wire.WireError;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.Prctl;
import org.kakuri.platform.linux.Signals;

/**
 * Reads the control socket until it ends, which is the end of this process too. Each call runs on a thread of its own, so that
 * one that blocks holds up no other; questions whether the process is alive are answered by the reading thread.
 */
public final class ControlLoop implements Runnable {
    /** How long an orderly end may take, in ms. */
    private static final long END_MILLIS = 2_000;
    private static final int CUT_SHORT = 70;

    private static final System.Logger LOG = System.getLogger(ControlLoop.class.getName());

    private final FrameSocket socket;
    private final SessionServer server;
    private final List<Message.Jar> jars;
    private final Supplier<EventTraces> traces;
    private final Runnable stop;
    private final AtomicInteger threads = new AtomicInteger();
    private volatile TraceSender trace;
    private final ExecutorService calls = Executors.newCachedThreadPool(this::thread);

    /**
     * @param socket to the parent
     * @param workbench lends backend and runtime
     * @param jars what this framework found installed
     * @param traces where events are to be had; may give null
     * @param stop ends the process in an orderly way; may return before that is done
     */
    public ControlLoop(FrameSocket socket, Workbench workbench, List<Message.Jar> jars,
            Supplier<EventTraces> traces, Runnable stop) {
        this.socket = socket;
        this.server = new SessionServer(workbench);
        this.jars = List.copyOf(jars);
        this.traces = traces;
        this.stop = stop;
    }

    private Thread thread(Runnable work) {
        Thread thread = new Thread(work, "kakuri-domain-call-" + threads.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void run() {
        try {
            // To see the end of the socket it must run. A signal that kills would leave the guests to nobody.
            Prctl.setParentDeathSignal(Signals.SIGCONT);
            send(new Message.Hello(Message.VERSION, jars));
            while (take(socket.receive())) {
                continue;
            }
        } catch (ProtocolViolation | NativeException | IllegalStateException e) {
            LOG.log(System.Logger.Level.ERROR, "the parent cannot be understood; ending", e);
        } finally {
            end();
        }
    }

    private boolean take(Incoming incoming) {
        return switch (incoming) {
        case Incoming.More _ -> true;
        case Incoming.End _ -> false;
        case Incoming.Frame(Message message, List<Fd> descriptors) -> {
            take(message, descriptors);
            yield true;
        }
        };
    }

    private void take(Message message, List<Fd> descriptors) {
        switch (message) {
        case Message.Request request -> calls.execute(() -> perform(request, descriptors));
        case Message.Kill(long guest, String reason) -> calls.execute(() -> server.kill(guest, reason));
        case Message.Ping(long number) -> send(new Message.Pong(number));
        case Message.Trace(boolean on) -> trace(on);
        case Message.Hello _,Message.Reply _,Message.Failure _,Message.GuestEnded _,Message.GuestLost _,Message.Pong _,Message.Traced _ -> {
            descriptors.forEach(Fd::close);
            throw new ProtocolViolation("not for the child: " + message.getClass().getSimpleName());
        }
        }
    }

    /** Before whatever the parent asks next. */
    private void trace(boolean on) {
        EventTraces source = traces.get();
        if (on && trace == null && source != null) {
            trace = new TraceSender(source, this::send);
        } else if (!on && trace != null) {
            trace.close();
            trace = null;
        }
    }

    private void perform(Message.Request request, List<Fd> descriptors) {
        Message answer;
        try {
            answer = new Message.Reply(request.id(), server.perform(request.operation(), descriptors));
        } catch (RuntimeException | Error e) {
            answer = new Message.Failure(request.id(), WireError.of(e));
        }
        TraceSender telling = trace;
        if (telling != null) {
            telling.flush();
        }
        send(answer);
        if (request.operation() instanceof Operation.Spawn
                && answer instanceof Message.Reply(long _, Result.Spawned(long guest))) {
            server.awaitEnd(guest, this::send);
        }
    }

    private void send(Message message) {
        try {
            socket.send(message);
        } catch (NativeException | IllegalStateException parentGone) {
            LOG.log(System.Logger.Level.DEBUG, "not sent", parentGone);
        }
    }

    private void end() {
        Thread bound = new Thread(ControlLoop::halt, "kakuri-domain-halt");
        bound.setDaemon(true);
        bound.start();
        try {
            server.close();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "the session did not end cleanly", e);
        }
        stop.run();
    }

    private static void halt() {
        long until = System.nanoTime() + END_MILLIS * 1_000_000;
        for (long left = END_MILLIS; left > 0; left = (until - System.nanoTime()) / 1_000_000) {
            try {
                Thread.sleep(left);
            } catch (InterruptedException e) {
                continue;
            }
        }
        Runtime.getRuntime().halt(CUT_SHORT);
    }
}
