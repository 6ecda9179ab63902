package org.kakuri.runtime.libos.shield;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;

/**
 * Carries one connection: plain to the program, TLS to its peer. Ends of one direction are passed on as such; a reset, a record that
 * does not authenticate, or an end without close_notify becomes a reset of the other side. A thread for each direction.
 */
final class TlsRelay {
    private static final int BUFFER = 16 << 10;

    private final Socket program;
    private final SSLSocket tls;
    private final WireSocket wire;
    private final ShieldCounts counts;
    private final Consumer<String> failed;
    private final Thread up;

    /**
     * Makes one whose handshake is over.
     *
     * @param program where the program's bytes are
     * @param tls the connection to the peer
     * @param wire what is beneath it
     * @param failed is told why a connection was reset
     */
    TlsRelay(Socket program, SSLSocket tls, WireSocket wire, ShieldCounts counts, Consumer<String> failed) {
        this.program = program;
        this.tls = tls;
        this.wire = wire;
        this.counts = counts;
        this.failed = failed;
        this.up = Thread.ofPlatform().daemon().name("kakuri-shield up").unstarted(this::up);
    }

    /** Carries until both directions have ended. */
    void run() {
        up.start();
        down();
        try {
            up.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        abort();
    }

    /** Waits until everything that the program has sent is sent on, if the program has gone; false when the time is over. */
    boolean sent(Duration time) {
        try {
            return up.join(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends it; connections that are not over are reset. */
    void abort() {
        try {
            program.close();
            tls.close();
        } catch (IOException _) { // closed already
            return;
        }
    }

    private void up() {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int n = program.getInputStream().read(buffer); n >= 0; n = program.getInputStream().read(buffer)) {
                long before = System.nanoTime();
                long waited = wire.writing();
                tls.getOutputStream().write(buffer, 0, n);
                counts.crypto(n, System.nanoTime() - before - (wire.writing() - waited));
            }
            tls.shutdownOutput();
        } catch (IOException e) {
            wire.reset();
            WireSocket.reset(program);
        }
    }

    private void down() {
        byte[] buffer = new byte[BUFFER];
        try {
            while (true) {
                long before = System.nanoTime();
                long waited = wire.reading();
                int n = tls.getInputStream().read(buffer);
                counts.crypto(Math.max(0, n), System.nanoTime() - before - (wire.reading() - waited));
                if (n < 0) {
                    break;
                }
                program.getOutputStream().write(buffer, 0, n);
            }
            if (wire.ended()) {
                throw new IOException("its stream ended without close_notify: truncated");
            }
            program.shutdownOutput();
        } catch (IOException e) {
            if (!program.isClosed()) {
                failed.accept(e.getMessage());
            }
            WireSocket.reset(program);
            wire.reset();
        }
    }
}
