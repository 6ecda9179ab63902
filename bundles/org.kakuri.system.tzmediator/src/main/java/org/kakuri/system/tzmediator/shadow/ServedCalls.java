package org.kakuri.system.tzmediator.shadow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.Prctl;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.Termination;
import org.kakuri.platform.linux.posix.CallPageServer;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.posix.ProcessIdentity;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.CorruptPage;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.PeerGone;
import org.kakuri.platform.linux.ring.WaitPolicy;

/**
 * The serving half of a started TA's shadow: this process's identity, its call page, its descriptors, the thread that executes its
 * calls. The identity is taken before the TA is there, so that a signal ends a shadow that still waits for its TA.
 */
final class ServedCalls {
    private static final int SIGABRT = 6;
    private static final int WORDS = 3;

    private final CompletableFuture<Order> ordered = new CompletableFuture<>();
    private List<Integer> numbers = List.of();

    private record Order(CallServer server, List<Integer> numbers, Launch.Signals signals) {}

    private ServedCalls() {}

    /** Takes this process's identity, for a TA that inherits such signals. */
    static ServedCalls prepare(Launch.Signals signals) {
        ServedCalls calls = new ServedCalls();
        CompletableFuture<Void> taken = new CompletableFuture<>();
        Thread.ofPlatform().name("calls").daemon().start(() -> calls.run(signals, taken));
        taken.join();
        return calls;
    }

    /**
     * Serves from now on.
     *
     * @param serve
     *            the page, how to wait, signals, and the descriptors of a shadow of the pool
     * @param inherited
     *            the descriptors of a shadow that the CA started
     */
    void serve(Frame serve, List<Integer> inherited) {
        List<Fd> passed = serve.descriptors();
        List<String> words = serve.words();
        if (passed.isEmpty() || words.size() != WORDS + Launch.Signals.WORDS) {
            throw new IllegalArgumentException("not an order to serve: " + serve);
        }
        SharedMapping memory = SharedMapping.of(passed.getFirst(), Long.parseLong(words.get(0)));
        passed.getFirst().close();
        List<Integer> all = new ArrayList<>(inherited);
        passed.subList(1, passed.size()).forEach(fd -> all.add(fd.number()));
        WaitPolicy waiting = new WaitPolicy(Integer.parseInt(words.get(1)), Integer.parseInt(words.get(2)), true);
        CallServer server = CallPage.open(memory.segment()).server(waiting, PeerCheck.NONE);
        numbers = List.copyOf(all);
        ordered.complete(new Order(server, numbers, Launch.Signals.of(words.subList(WORDS, words.size()))));
    }

    /** Says that it serves, and under which numbers. */
    void announce(Fd socket) {
        new Frame(Frame.Kind.READY, numbers.stream().map(String::valueOf).toList(), List.of()).send(socket);
    }

    private void run(Launch.Signals signals, CompletableFuture<Void> taken) {
        try {
            LocalPosix calls = new LocalPosix();
            ProcessIdentity identity = ProcessIdentity.take(signals.masked(), signals.ignored());
            calls.identity(identity);
            taken.complete(null);
            Order order = ordered.join();
            // The process of the TA's world takes memory files that the TA maps.
            Prctl.allowTracing();
            identity.inherit(order.signals.masked(), order.signals.ignored());
            order.numbers.forEach(calls::give);
            calls.onSignal(() -> order.server.attention(calls.signalled()));
            order.server.serve(new CallPageServer(calls));
        } catch (CorruptPage | PeerGone e) {
            System.err.println("kakuri-ta: the TA broke the call protocol: " + e.getMessage());
            Termination.bySignal(SIGABRT);
        } catch (RuntimeException e) {
            taken.completeExceptionally(e);
            throw e;
        }
    }
}
