package org.kakuri.domain.internal.child;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.kakuri.domain.internal.wire.FrameSocket;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.Result;
import org.kakuri.domain.internal.wire.WireCodec;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;

/** A domain host without a framework; its first argument says how well it behaves. */
public final class FakeChild {
    private FakeChild() {}

    /** Runs until told to end. */
    public static void main(String[] arguments) throws InterruptedException {
        Fd control = Fd.own(3);
        control.setCloseOnExec(true);
        FrameSocket socket = new FrameSocket(control, new WireCodec());
        switch (arguments[0]) {
        case "good" -> serve(socket, 0);
        case "bad-exit" -> serve(socket, 5);
        case "silent" -> new CountDownLatch(1).await();
        case "quits" -> {
            System.err.println("cannot come up");
            System.exit(9);
        }
        case "old" -> {
            socket.send(new Message.Hello(99, List.of()));
            new CountDownLatch(1).await();
        }
        case "garbage" -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE,
                        "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                FdIo.writeFully(control, text);
            }
            new CountDownLatch(1).await();
        }
        case "lies" -> {
            socket.send(new Message.Hello(Message.VERSION, List.of()));
            socket.send(new Message.Reply(77, new Result.Done()));
            new CountDownLatch(1).await();
        }
        case "deaf" -> {
            socket.send(new Message.Hello(Message.VERSION, List.of()));
            new CountDownLatch(1).await();
        }
        case "hangs-up" -> {
            socket.send(new Message.Hello(Message.VERSION, List.of()));
            socket.close();
            new CountDownLatch(1).await();
        }
        default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void serve(FrameSocket socket, int exit) {
        System.err.println("serving");
        new ControlLoop(socket, new FakeWorkbench(), List.of(new Message.Jar("/fake.jar", "00")),
                () -> FakeTraces.ONLY, () -> System.exit(exit)).run();
    }
}
