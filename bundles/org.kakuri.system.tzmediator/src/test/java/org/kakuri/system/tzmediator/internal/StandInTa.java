package org.kakuri.system.tzmediator.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.posix.CallPagePosix;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.PageClosed;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.ca.Payload;
import org.kakuri.system.tzmediator.internal.darknet.net.SplitPartner;

/**
 * Plays a TA and its world in tests, as a process of its own: what {@code ta_pingpong.c} does, in Java, without an instance
 * around it. Arguments: bytes of the page on descriptor 3 or {@link #OWN}, spins, yields, CPU, then those of the TA.
 */
public final class StandInTa {
    /** Instead of the page's bytes: the calls are executed by the process itself. */
    static final String OWN = "own";

    private final byte[] bytes = new byte[Payload.MAX];
    private final MemorySegment buffer = Arena.global().allocate(Payload.MAX);
    private final PosixCalls posix;

    private StandInTa(PosixCalls posix) {
        this.posix = posix;
    }

    public static void main(String[] arguments) {
        String fault = arguments.length > 9 ? arguments[9] : "none@0";
        if (arguments[0].equals(OWN)) {
            LocalPosix own = new LocalPosix();
            for (int i = arguments[4].equals("ta_darknet") ? 6 : 7; i < Math.min(9, arguments.length); i++) {
                own.lend(Integer.parseInt(arguments[i]));
            }
            Affinity.set(Affinity.THIS_THREAD, Integer.parseInt(arguments[3]));
            new StandInTa(own).play(arguments);
            new StandInTa(own).run(Integer.parseInt(arguments[6]), Integer.parseInt(arguments[7]),
                    Integer.parseInt(arguments[8]), fault);
        }
        SharedMapping page = SharedMapping.of(Fd.own(3), Long.parseLong(arguments[0]));
        WaitPolicy waiting = new WaitPolicy(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), true);
        Affinity.set(Affinity.THIS_THREAD, Integer.parseInt(arguments[3]));
        try {
            var client = CallPage.open(page.segment()).client(waiting, PeerCheck.NONE);
            new StandInTa(new CallPagePosix(client)).play(arguments);
            new StandInTa(new CallPagePosix(client)).run(Integer.parseInt(arguments[6]),
                    Integer.parseInt(arguments[7]), Integer.parseInt(arguments[8]), fault);
        } catch (PageClosed e) {
            System.exit(3);
        }
    }

    /** Plays ta_darknet, if that is wanted, to the end of the process. */
    private void play(String[] arguments) {
        if (!arguments[4].equals("ta_darknet")) {
            return;
        }
        int in = Integer.parseInt(arguments[6]);
        int out = Integer.parseInt(arguments[7]);
        try {
            System.exit(SplitPartner.serve(new InputStream() {
                @Override
                public int read() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read(byte[] to, int at, int length) {
                    if (length == 0) {
                        return 0;
                    }
                    long n = posix.read(in, buffer, 0, Math.min(length, Payload.MAX));
                    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, to, at, (int) Math.max(0, n));
                    return n <= 0 ? -1 : (int) n;
                }
            }, new OutputStream() {
                @Override
                public void write(int b) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void write(byte[] from, int at, int length) throws IOException {
                    MemorySegment.copy(from, at, buffer, ValueLayout.JAVA_BYTE, 0, length);
                    if (posix.write(out, buffer, 0, length) != length) {
                        throw new IOException("not all was written");
                    }
                }
            }).isEmpty() ? 0 : 4);
        } catch (IOException e) {
            System.exit(1);
        }
    }

    private void run(int size, int in, int out, String fault) {
        long faultAt = Long.parseLong(fault.substring(fault.indexOf('@') + 1));
        long have = 0;
        for (long message = 1;; message++) {
            while (have < size) {
                long n = posix.read(in, buffer, have, size - have);
                if (n <= 0) {
                    System.exit(n == 0 && have == 0 ? 0 : 1);
                }
                have += n;
            }
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, 0, size);
            Payload.reply(bytes, size);
            if (message == faultAt) {
                misbehave(fault);
            }
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, size);
            have = posix.writeThenRead(out, in, buffer, 0, size, buffer, 0, size);
            if (have <= 0) {
                System.exit(have == 0 ? 0 : 1);
            }
        }
    }

    private void misbehave(String fault) {
        switch (fault.substring(0, fault.indexOf('@'))) {
        case "trap" -> Runtime.getRuntime().halt(134);
        case "exit" -> Runtime.getRuntime().halt(42);
        case "wrong" -> bytes[0] ^= (byte) 0xff;
        case "loop" -> {
            while (buffer.get(ValueLayout.JAVA_BYTE, 0) != 77 || !Thread.interrupted()) {
                Thread.onSpinWait();
            }
        }
        default -> throw new IllegalArgumentException(fault);
        }
    }

}
