package org.kakuri.system.scwatcher.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.LongStream;
import org.kakuri.api.KakuriException;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.HeldSocket;

/**
 * What a rootkit does to hide a process or a socket, done to recorded memory: its neighbours in the kernel's list are made
 * neighbours of each other. Where the list's pointers lie is found by what they must point to.
 */
final class Rootkit {
    private static final int TASK = 8192;
    /** More than a struct sock_common has. */
    private static final int COMMON = 192;

    private final Path image;
    private final long pageOffset;

    Rootkit(Path image, long pageOffset) {
        this.image = image;
        this.pageOffset = pageOffset;
    }

    /**
     * Takes a process out of the task list.
     *
     * @param tasks processes in the order of their pids, which for the victim and its neighbours is that of the list
     */
    void unlink(List<GuestTask> tasks, GuestTask victim) throws IOException {
        int at = tasks.indexOf(victim);
        long before = tasks.get(at - 1).address();
        long after = tasks.get(at + 1).address();
        try (FileChannel memory = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long offset = LongStream.iterate(0, o -> o < TASK, o -> o + 8)
                    .filter(o -> read(memory, before + o) == victim.address() + o
                            && read(memory, after + o + 8) == victim.address() + o
                            && read(memory, victim.address() + o) == after + o)
                    .findFirst()
                    .orElseThrow(
                            () -> new KakuriException("the neighbours of pid %d are not those of the list".formatted(
                                    victim.pid()), "try again: a process came or went meanwhile"));
            write(memory, before + offset, after + offset);
            write(memory, after + offset + 8, before + offset);
        }
    }

    /** Takes a socket out of the hash table of its protocol, whose lists (hlist_node, hlist_nulls_node) are next and *pprev. */
    void unlink(HeldSocket socket) throws IOException {
        try (FileChannel memory = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            List<Long> nodes = LongStream.iterate(socket.address(), at -> at < socket.address() + COMMON, at -> at + 8)
                    .filter(node -> read(memory, read(memory, node + 8)) == node)
                    .boxed()
                    .toList();
            if (nodes.isEmpty()) {
                throw new KakuriException("no list holds the socket at 0x%x".formatted(socket.address()),
                        "its protocol keeps its sockets elsewhere");
            }
            for (long node : nodes) {
                long next = read(memory, node);
                long before = read(memory, node + 8);
                write(memory, before, next);
                if (next != 0 && (next & 1) == 0) {
                    write(memory, next + 8, before);
                }
            }
        }
    }

    private long read(FileChannel memory, long virtual) {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        try {
            long at = virtual - pageOffset;
            return at >= 0 && memory.read(buffer, at) == 8 ? buffer.getLong(0) : 0;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void write(FileChannel memory, long virtual, long value) throws IOException {
        memory.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value), virtual - pageOffset);
    }
}
