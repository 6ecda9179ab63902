package org.kakuri.system.tzmediator.shadow;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.UnixSocketPair;
import org.kakuri.platform.linux.posix.CallPagePosix;
import org.kakuri.platform.linux.posix.PosixOp;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;

/** What a shadow does between its start and its end, with itself: so that the JVM's AOT cache knows it. */
final class Training {
    private static final long DATA = 64 * 1024;
    /** See {@link PosixOp#SIGACTION} and {@link PosixOp#SIGNEXT}. */
    private static final int CATCH = 2;
    private static final int RECORD_BYTES = 40;

    private Training() {}

    static void run() throws IOException {
        TaSockets.of(Path.of(System.getProperty("kakuri.home", "."))).connect().ifPresent(Fd::close);
        Launch launch = new Launch(Launch.VERSION, "training", "/", Launch.Signals.NONE, List.of("training"),
                Map.of("A", "B"), InheritedDescriptors.find());
        ServedCalls served = ServedCalls.prepare(Launch.Signals.NONE);
        try (UnixSocketPair sockets = UnixSocketPair.stream();
                MemFd file = MemFd.create("training", CallPageLayout.bytes(DATA));
                SharedMapping page = file.map();
                Pipe pipe = Pipe.open()) {
            new Frame(Frame.Kind.START, launch.words(), List.of()).send(sockets.left());
            Launch.of(Frame.receive(sockets.right(), 1).orElseThrow().words());
            CallPage calls = CallPage.create(page.segment());
            Frame serve = new Frame(Frame.Kind.SERVE, List.of("" + file.size(), "100", "10", "0", "0"),
                    List.of(file.fd(), pipe.reader(), pipe.writer()));
            serve.send(sockets.right());
            served.serve(Frame.receive(sockets.left(), 8).orElseThrow(), List.of());
            served.announce(sockets.left());
            Optional<Frame> ready = Frame.receive(sockets.right(), 1);
            List<Integer> numbers = ready.orElseThrow().words().stream().map(Integer::valueOf).toList();
            exchange(calls, numbers.get(0), numbers.get(1));
        }
    }

    private static void exchange(CallPage page, int reads, int writes) {
        try (Arena arena = Arena.ofConfined()) {
            CallPagePosix calls = new CallPagePosix(page.client(WaitPolicy.ADAPTIVE, PeerCheck.NONE));
            MemorySegment buffer = arena.allocate(1024);
            for (int i = 0; i < 20; i++) {
                calls.write(writes, buffer, 0, 64);
                calls.read(reads, buffer, 0, 64);
            }
            calls.fstat(reads, buffer, 0, 256);
            calls.fcntlGetFl(reads);
            calls.call(PosixOp.SIGACTION, new long[] {Signals.SIGCHLD, CATCH, 0, 0, 0, 0}, buffer, 0);
            calls.call(PosixOp.KILL, new long[] {(int) ProcessHandle.current().pid(), Signals.SIGCHLD, 0, 0, 0, 0},
                    buffer, 0);
            calls.call(PosixOp.SIGNEXT, new long[] {0, 0, RECORD_BYTES, 0, 0, 0}, buffer, 0);
        }
    }
}
