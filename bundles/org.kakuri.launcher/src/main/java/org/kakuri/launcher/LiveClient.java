package org.kakuri.launcher;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.kakuri.launcher.LiveFrames.Frame;
import org.kakuri.launcher.LiveFrames.Request;
import org.kakuri.launcher.LiveSockets.Connected;

/** Has a command executed by the workbench that runs. Starts no framework. */
final class LiveClient {

    private final LiveSockets sockets;
    private final OutputStream out;
    private final OutputStream err;

    LiveClient(LiveSockets sockets) {
        this(sockets, new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
    }

    LiveClient(LiveSockets sockets, OutputStream out, OutputStream err) {
        this.sockets = sockets;
        this.out = new BufferedOutputStream(out);
        this.err = err;
    }

    /**
     * Returns the exit code of the command, or nothing if no workbench runs.
     *
     * @throws IOException if the workbench ended before the command did
     */
    OptionalInt execute(List<String> words) throws IOException {
        Optional<Connected> connected = sockets.connect();
        if (connected.isEmpty()) {
            return OptionalInt.empty();
        }
        try (SocketChannel channel = connected.get().channel()) {
            LiveFrames.send(channel, new Request(Path.of("").toAbsolutePath().toString(), charset("stdout.encoding"),
                    charset("stderr.encoding"), Errors.stackTraces(), words));
            return OptionalInt.of(copyUntilExit(channel));
        } catch (EOFException | SocketException e) {
            throw new IOException(
                    "the workbench, process %d, ended before %s did; start it again and look what was done"
                            .formatted(LiveSockets.pid(connected.get().socket()), words.getFirst()),
                    e);
        }
    }

    private static String charset(String property) {
        return System.getProperty(property, "UTF-8");
    }

    private int copyUntilExit(SocketChannel channel) throws IOException {
        for (Frame frame = LiveFrames.receiveFrame(channel);; frame = LiveFrames.receiveFrame(channel)) {
            switch (frame.kind()) {
            case LiveFrames.OUT -> {
                out.write(frame.bytes());
                out.flush();
            }
            case LiveFrames.ERR -> err.write(frame.bytes());
            default -> {
                awaitEnd(channel);
                return frame.code();
            }
            }
        }
    }

    /** The connection ends at once, or with the process that the command ended. */
    private static void awaitEnd(SocketChannel channel) throws IOException {
        try {
            Frame more = LiveFrames.receiveFrame(channel);
            throw new IOException("the workbench went on after the exit code: kind=" + more.kind());
        } catch (EOFException end) {
            return;
        }
    }
}
