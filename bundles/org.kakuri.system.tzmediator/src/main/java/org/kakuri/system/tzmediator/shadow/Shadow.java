package org.kakuri.system.tzmediator.shadow;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.Prctl;
import org.kakuri.platform.linux.SharedMapping;
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
 * The shadow process: executes the POSIX calls of one TA, which arrive over a call page, with its own descriptors and under its
 * own pid. It needs no framework; its class path is this bundle and {@code org.kakuri.platform.linux}.
 * <p>
 * Arguments: bytes of the page, CPU of the serving thread, spins, yields, and the descriptors that the TA may use, separated by
 * commas; any other number is refused with EBADF. It must be started as {@code GuestSignals.prepare} says, because its signals
 * are the TA's. Descriptors: see the constants. A line on {@link #CONTROL} is answered with
 * {@link ShadowCounters} on {@link #STATUS}; its end ends the process, so a dead workbench leaves nothing behind.
 * <p>
 * Exit status: 0 when the page was closed or control ended, 1 when the TA broke the call protocol.
 */
public final class Shadow {
    /** Descriptor of the page's memory file. */
    public static final int PAGE = 3;
    /** Descriptor that requests for counters are read from. */
    public static final int CONTROL = 4;
    /** Descriptor that {@link #READY} and counters are written to. */
    public static final int STATUS = 5;
    /** Line written once the page is served. */
    public static final String READY = "ready";
    /** Line that asks for the counters. */
    public static final String COUNT = "count";

    private Shadow() {}

    /**
     * Serves until the page is closed.
     *
     * @param arguments see the class
     */
    public static void main(String[] arguments) throws IOException {
        SharedMapping memory = SharedMapping.of(Fd.own(PAGE), Long.parseLong(arguments[0]));
        WaitPolicy waiting = new WaitPolicy(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), true);
        CallServer server = CallPage.open(memory.segment()).server(waiting, PeerCheck.NONE);
        LocalPosix calls = new LocalPosix();
        Prctl.allowTracing();
        ProcessIdentity identity = ProcessIdentity.take();
        calls.identity(identity);
        calls.onSignal(() -> server.attention(calls.signalled()));
        Stream.of(arguments[4].split(","))
                .filter(number -> !number.isEmpty())
                .mapToInt(Integer::parseInt)
                .forEach(number -> own(calls, number));
        OutputStream status = new FileOutputStream("/proc/self/fd/" + STATUS);
        Thread control = new Thread(() -> obey(server, status), "control");
        control.setDaemon(true);
        control.start();
        Affinity.set(Affinity.THIS_THREAD, Integer.parseInt(arguments[1]));
        say(status, READY);
        try {
            server.serve(new CallPageServer(calls));
        } catch (CorruptPage | PeerGone e) {
            System.err.println("shadow: " + e.getMessage());
            identity.close();
            Runtime.getRuntime().halt(1);
        }
        identity.close();
        Runtime.getRuntime().halt(0);
    }

    /** Standard descriptors are also this program's and stay open; the others are the TA's to close. */
    private static void own(LocalPosix calls, int number) {
        if (number <= 2) {
            calls.lend(number);
        } else {
            calls.give(number);
        }
    }

    /** Counters are read while the serving thread goes on: what it is doing at the moment may be missing. */
    private static void obey(CallServer server, OutputStream status) {
        try (var lines = new BufferedReader(new InputStreamReader(new FileInputStream("/proc/self/fd/" + CONTROL),
                StandardCharsets.US_ASCII))) {
            while (lines.readLine() != null) {
                var word = server.requestWord();
                say(status, new ShadowCounters(server.calls(), word.spins(), word.yields(), word.sleeps()).line());
            }
        } catch (IOException e) {
            System.err.println("shadow: control pipe: " + e.getMessage());
        }
        Runtime.getRuntime().halt(0);
    }

    private static void say(OutputStream status, String line) throws IOException {
        status.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
