package org.kakuri.system.attacks.internal.victim;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for a secret in the memory of another process, through {@code /proc/PID/maps} and {@code /proc/PID/mem}. */
final class ProcessMemory {
    private static final Pattern LINE = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S{4}) \\S+ \\S+ \\S+\\s*(.*)");
    private static final int STEP = 1 << 20;

    private final FileChannel memory;
    private final byte[] secret;
    private final ByteBuffer buffer = ByteBuffer.allocate(STEP);
    private long seen;

    private ProcessMemory(FileChannel memory, byte[] secret) {
        this.memory = memory;
        this.secret = secret;
    }

    static SideRoute search(long pid, byte[] secret) {
        String route = "/proc/" + pid + "/mem";
        if (pid == ProcessHandle.current().pid()) {
            return SideRoute.skipped(route, "the session runs in the attacker's own process");
        }
        try (RandomAccessFile file = new RandomAccessFile(route, "r")) {
            List<String> maps = Files.readAllLines(Path.of("/proc/" + pid + "/maps"));
            return new ProcessMemory(file.getChannel(), secret).search(route, maps);
        } catch (IOException e) {
            return SideRoute.skipped(route, "the host's operating system forbids it: " + e.getMessage());
        }
    }

    private SideRoute search(String route, List<String> maps) {
        int mappings = 0;
        for (String line : maps) {
            Matcher parts = LINE.matcher(line);
            if (!parts.matches() || !parts.group(3).startsWith("rw") || parts.group(4).startsWith("[v")) {
                continue;
            }
            mappings++;
            OptionalLong at = search(Long.parseUnsignedLong(parts.group(1), 16),
                    Long.parseUnsignedLong(parts.group(2), 16));
            if (at.isPresent()) {
                return SideRoute.found(route, "%s read at 0x%x, in mapping %s-%s %s %s".formatted(
                        HexFormat.of().formatHex(secret), at.getAsLong(), parts.group(1), parts.group(2),
                        parts.group(3), parts.group(4).isEmpty() ? "(anonymous)" : parts.group(4)).strip());
            }
        }
        return SideRoute.notFound(route, "%d bytes of %d writable mappings read".formatted(seen, mappings));
    }

    private OptionalLong search(long start, long end) {
        byte[] tail = {};
        for (long at = start; at < end; at += STEP) {
            buffer.clear().limit((int) Math.min(STEP, end - at));
            int n;
            try {
                n = memory.read(buffer, at);
            } catch (IOException notMapped) {
                tail = new byte[0];
                continue;
            }
            if (n <= 0) {
                tail = new byte[0];
                continue;
            }
            seen += n;
            byte[] bytes = Arrays.copyOf(tail, tail.length + n);
            System.arraycopy(buffer.array(), 0, bytes, tail.length, n);
            int index = Bytes.indexOf(bytes, secret);
            if (index >= 0) {
                return OptionalLong.of(at - tail.length + index);
            }
            tail = Arrays.copyOfRange(bytes, Math.max(0, bytes.length - secret.length + 1), bytes.length);
        }
        return OptionalLong.empty();
    }
}
