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

/**
 * What a rootkit does to hide a process, done to recorded memory: its neighbours in the task list are made neighbours of each
 * other. Where the list's pointers lie in a task is found by what they must point to.
 */
final class Rootkit {
    private static final int TASK = 8192;

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

    private long read(FileChannel memory, long virtual) {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        try {
            return memory.read(buffer, virtual - pageOffset) == 8 ? buffer.getLong(0) : 0;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void write(FileChannel memory, long virtual, long value) throws IOException {
        memory.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value), virtual - pageOffset);
    }
}
