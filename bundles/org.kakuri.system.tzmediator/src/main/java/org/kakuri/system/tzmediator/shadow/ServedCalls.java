package org.kakuri.system.tzmediator.shadow;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.Termination;
import org.kakuri.platform.linux.posix.CallPageServer;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.posix.PosixOp;
import org.kakuri.platform.linux.ring.CallHandler;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.CorruptPage;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.PeerGone;
import org.kakuri.platform.linux.ring.WaitPolicy;

/** The serving half of a started TA's shadow: its call page, its descriptors, the thread that executes its calls. */
final class ServedCalls {
    private static final long MSG_NOSIGNAL = 0x4000;
    private static final long SIGPIPE_IGNORED = 1L << Signals.SIGPIPE - 1;

    private final List<Integer> numbers;

    private ServedCalls(List<Integer> numbers) {
        this.numbers = numbers;
    }

    /**
     * Serves from now on.
     *
     * @param serve
     *            the page, how to wait, and the descriptors of a shadow of the pool
     * @param inherited
     *            the descriptors of a shadow that the CA started
     */
    static ServedCalls start(Frame serve, List<Integer> inherited) {
        List<Fd> passed = serve.descriptors();
        if (passed.isEmpty() || serve.words().size() != 3) {
            throw new IllegalArgumentException("not an order to serve: " + serve);
        }
        SharedMapping memory = SharedMapping.of(passed.getFirst(), Long.parseLong(serve.words().get(0)));
        passed.getFirst().close();
        List<Integer> numbers = new ArrayList<>(inherited);
        passed.subList(1, passed.size()).forEach(fd -> numbers.add(fd.number()));
        LocalPosix calls = new LocalPosix().names();
        numbers.forEach(calls::give);
        WaitPolicy waiting = new WaitPolicy(Integer.parseInt(serve.words().get(1)),
                Integer.parseInt(serve.words().get(2)), true);
        CallServer server = CallPage.open(memory.segment()).server(waiting, PeerCheck.NONE);
        CallHandler handler = handler(new CallPageServer(calls));
        Thread.ofPlatform().name("calls").daemon().start(() -> serve(server, handler));
        return new ServedCalls(numbers);
    }

    /** Says that it serves, and under which numbers. */
    void announce(Fd socket) {
        new Frame(Frame.Kind.READY, numbers.stream().map(String::valueOf).collect(Collectors.toList()), List.of())
                .send(socket);
    }

    /**
     * A write to a pipe or socket that nobody reads ends a process that does not ignore SIGPIPE. The JVM catches that
     * signal, so what the kernel would do is done here.
     */
    private static CallHandler handler(CallPageServer calls) {
        long ignored = Long.parseUnsignedLong(System.getProperty("kakuri.ta.ignored", "0"), 16);
        if ((ignored & SIGPIPE_IGNORED) != 0) {
            return calls;
        }
        return (operation, arguments, length, data) -> {
            long result = calls.handle(operation, arguments, length, data);
            if (result == -Errno.EPIPE && !withoutSignal(operation, arguments)) {
                Termination.bySignal(Signals.SIGPIPE);
            }
            return result;
        };
    }

    /** send(2) and sendto(2) have their flags third, and one that asks for no signal. */
    private static boolean withoutSignal(int operation, long[] arguments) {
        return (operation == PosixOp.SEND.code() || operation == PosixOp.SENDTO.code())
                && (arguments[2] & MSG_NOSIGNAL) != 0;
    }

    private static void serve(CallServer server, CallHandler handler) {
        try {
            server.serve(handler);
        } catch (CorruptPage | PeerGone e) {
            System.err.println("kakuri-ta: the TA broke the call protocol: " + e.getMessage());
            Termination.bySignal(6);
        }
    }
}
