package org.kakuri.system.tzmediator.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.UnixSocketPair;

/**
 * A way in which processes exchange bytes over descriptors. Clients read from one and write to the other.
 *
 * @param name what the parameter {@code mechanism} calls it
 * @param byPath whether a process can open its ends again under {@code /proc/self/fd}, as plain Java has to
 * @param opening opens a channel
 */
public record Mechanism(String name, boolean byPath, Opening opening) {
    /** Every mechanism there is; a new one is a row here. */
    public static final Map<String, Mechanism> ALL = Stream
            .of(new Mechanism("pipe", true, Mechanism::pipes), new Mechanism("fifo", true, Mechanism::fifos),
                    new Mechanism("unix", false, Mechanism::unixSockets))
            .collect(Collectors.toUnmodifiableMap(Mechanism::name, Function.identity()));

    private static final int OWNER_ONLY = 0600;

    /** Opens a channel of one kind. */
    @FunctionalInterface
    public interface Opening {
        /** Returns both ends. */
        Channel open();
    }

    /** Opens a channel; the caller closes it. */
    public Channel open() {
        return opening.open();
    }

    /** Two anonymous pipes, pipe(7). */
    private static Channel pipes() {
        Pipe there = Pipe.open();
        try {
            Pipe back = Pipe.open();
            return new Channel(back.reader(), there.writer(), there.reader(), back.writer());
        } catch (RuntimeException e) {
            there.close();
            throw e;
        }
    }

    /** Two named pipes, fifo(7), in a folder of their own that goes once they are open. */
    private static Channel fifos() {
        try {
            Path folder = Files.createTempDirectory("kakuri-fifo");
            try {
                Pipe there = fifo(folder.resolve("there"));
                try {
                    Pipe back = fifo(folder.resolve("back"));
                    return new Channel(back.reader(), there.writer(), there.reader(), back.writer());
                } catch (RuntimeException e) {
                    there.close();
                    throw e;
                }
            } finally {
                Files.deleteIfExists(folder.resolve("there"));
                Files.deleteIfExists(folder.resolve("back"));
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for named pipes", e);
        }
    }

    /** The reader is opened without waiting for a writer, as fifo(7) allows, and blocks afterwards. */
    private static Pipe fifo(Path path) {
        PathCalls.mkfifo(path, OWNER_ONLY);
        Fd reader = PathCalls.open(path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0);
        try {
            Fd writer = PathCalls.open(path, OpenFlags.O_WRONLY, 0);
            reader.setNonBlocking(false);
            return new Pipe(reader, writer);
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** One connected pair of stream sockets, unix(7): each side reads and writes the same socket. */
    private static Channel unixSockets() {
        UnixSocketPair pair = UnixSocketPair.stream();
        return Channel.ofSockets(pair.left(), pair.right());
    }
}
