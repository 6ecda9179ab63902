package org.kakuri.platform.vm.internal.qemu;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes memory to a file, with holes where it is all zero. */
final class MemoryFile {
    private static final int CHUNK = 1 << 20;

    private MemoryFile() {}

    static void write(MemorySegment memory, Path file) throws IOException {
        MemorySegment zero = MemorySegment.ofArray(new byte[CHUNK]);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.SPARSE)) {
            for (long at = 0; at < memory.byteSize(); at += CHUNK) {
                long length = Math.min(CHUNK, memory.byteSize() - at);
                boolean last = at + length == memory.byteSize();
                if (last || MemorySegment.mismatch(memory, at, at + length, zero, 0, length) >= 0) {
                    ByteBuffer bytes = memory.asSlice(at, length).asByteBuffer();
                    while (bytes.hasRemaining()) {
                        out.write(bytes, at + bytes.position());
                    }
                }
            }
        }
    }
}
