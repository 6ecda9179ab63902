package org.kakuri.launcher;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.kakuri.launcher.LiveFrames.Request;

/**
 * Executes commands that other processes of the same user hand in through a socket, each on a thread of its own. The directory
 * of the socket lets nobody else in; a peer of another user, such as root, is refused all the same.
 */
final class LiveServer implements AutoCloseable {

    /** Executes commands, see the README: the words, then {@code out}, {@code err}, {@code directory}, {@code stackTrace}. */
    interface Executor {
        /** Returns the exit code. An interrupt cancels. */
        int execute(String[] words, Map<String, Object> call);

        /** Returns when the workbench has stopped, at once unless the command stopped it. Tells whether it has. */
        boolean awaitIfStopping() throws InterruptedException;
    }

    private static final long FINISH_MILLIS = 2_000;

    private final Path socket;
    private final ServerSocketChannel server;
    private final Executor executor;
    private final String owner;
    private final Set<LiveCall> calls = ConcurrentHashMap.newKeySet();

    private LiveServer(Path socket, ServerSocketChannel server, Executor executor) throws IOException {
        this.socket = socket;
        this.server = server;
        this.executor = executor;
        this.owner = Files.getOwner(socket.getParent()).getName();
    }

    /** Listens from now on. */
    static LiveServer start(LiveSockets sockets, Executor executor) throws IOException {
        sockets.deleteStale();
        Path socket = sockets.claim(System.currentTimeMillis(), ProcessHandle.current().pid());
        Path binding = LiveSockets.binding(socket);
        Files.deleteIfExists(binding);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(binding));
            Files.move(binding, socket, StandardCopyOption.ATOMIC_MOVE);
            LiveServer server = new LiveServer(socket, channel, executor);
            Thread.ofPlatform().name("kakuri-live").daemon().start(server::accept);
            return server;
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(binding);
            throw e;
        }
    }

    Path socket() {
        return socket;
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel peer = server.accept();
                Thread.ofPlatform().name("kakuri-live-command").daemon().start(() -> serve(peer));
            }
        } catch (IOException closed) {
            if (server.isOpen()) {
                Errors.report("one-shot commands no longer reach this workbench: " + Errors.reason(closed), closed,
                        Errors.FAILED);
            }
        }
    }

    private void serve(SocketChannel peer) {
        boolean stopping = false;
        LiveCall call = new LiveCall(peer);
        try {
            Request request = LiveFrames.receiveRequest(peer);
            calls.add(call);
            String user = peer.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
            int code = user.equals(owner) ? execute(call, peer, request) : refuse(peer, user);
            stopping = executor.awaitIfStopping();
            LiveFrames.sendExit(peer, code);
        } catch (IOException | InterruptedException gone) {
            // The client is gone, before its request or by cancelling it, or it is none: nobody is there to be told.
            stopping = false;
        } finally {
            calls.remove(call);
            if (!stopping) {
                close(peer);
            }
        }
    }

    private int execute(LiveCall call, SocketChannel peer, Request request) {
        Thread.ofPlatform().name("kakuri-live-cancel").daemon().start(() -> cancelAtEnd(call, peer));
        return call.execute(executor, request);
    }

    private int refuse(SocketChannel peer, String user) throws IOException {
        byte[] message = "kakuri: this workbench is %s's; %s may not use it%n".formatted(owner, user).getBytes();
        LiveFrames.send(peer, LiveFrames.ERR, message, 0, message.length);
        return Errors.FAILED;
    }

    /** A client that ends, by Ctrl-C for one, closes its end. */
    private static void cancelAtEnd(LiveCall call, SocketChannel peer) {
        try {
            if (peer.read(ByteBuffer.allocate(1)) >= 0) {
                throw new IOException("a client spoke after its request");
            }
        } catch (IOException closedOrMisbehaving) {
            close(peer);
        }
        cancel(call);
    }

    private static void cancel(LiveCall call) {
        try {
            call.cancel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(SocketChannel peer) {
        try {
            peer.close();
        } catch (IOException e) {
            Errors.report("cannot close a connection: " + Errors.reason(e), e, Errors.FAILED);
        }
    }

    /** Takes no further commands and cancels those that run. */
    @Override
    public void close() throws IOException {
        try {
            server.close();
        } finally {
            calls.forEach(LiveServer::cancel);
            Files.deleteIfExists(socket);
        }
    }

    /** Waits, for a short time, until those that handed in commands were told how they ended. */
    void finish() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FINISH_MILLIS);
        for (LiveCall call : calls) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left > 0) {
                call.thread().join(left);
            }
        }
    }
}
