package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PathCallsTest {

    @TempDir
    Path folder;

    @Test
    void listsLargeDirectories() throws Exception {
        Set<String> names = new HashSet<>(Set.of(".", ".."));
        for (int i = 0; i < 1500; i++) {
            String name = "a-rather-long-file-name-\u00e9-" + i;
            Files.createFile(folder.resolve(name));
            names.add(name);
        }
        try (Fd directory = PathCalls.open(folder)) {
            var entries = DirectoryEntry.list(directory);
            assertEquals(1502, entries.size());
            assertEquals(names, entries.stream().map(DirectoryEntry::name).collect(Collectors.toSet()));
            assertEquals(2, entries.stream().filter(e -> e.type() == DirectoryEntry.DT_DIR).count());
        }
    }

    @Test
    void decodesEntriesByLiteralOffsetsAndRefusesBrokenOnes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(32, 8);
            buffer.set(ValueLayout.JAVA_LONG, 0, 77);
            buffer.set(ValueLayout.JAVA_LONG, 8, 3);
            buffer.set(ValueLayout.JAVA_SHORT, 16, (short) 24);
            buffer.set(ValueLayout.JAVA_BYTE, 18, (byte) 8);
            buffer.setString(19, "ab");
            assertEquals(java.util.List.of(new DirectoryEntry(77, 3, DirectoryEntry.DT_REG, "ab")),
                    DirectoryEntry.decode(buffer, 0, 24));
            assertEquals("broken directory entry: at=24, recordLength=0, bytesLeft=8",
                    assertThrows(IllegalArgumentException.class, () -> DirectoryEntry.decode(buffer, 0, 32))
                            .getMessage());
            for (short length : new short[] {0, 19, 25, -1}) {
                buffer.set(ValueLayout.JAVA_SHORT, 16, length);
                assertThrows(IllegalArgumentException.class, () -> DirectoryEntry.decode(buffer, 0, 24));
            }
        }
    }

    @Test
    void statusDecodesByLiteralOffsets() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(256, 8);
            s.set(ValueLayout.JAVA_INT, 4, 512);
            s.set(ValueLayout.JAVA_INT, 16, 2);
            s.set(ValueLayout.JAVA_INT, 20, 1000);
            s.set(ValueLayout.JAVA_INT, 24, 100);
            s.set(ValueLayout.JAVA_SHORT, 28, (short) 0xa1ff);
            s.set(ValueLayout.JAVA_LONG, 32, 42);
            s.set(ValueLayout.JAVA_LONG, 40, 9);
            s.set(ValueLayout.JAVA_LONG, 48, 8);
            s.set(ValueLayout.JAVA_LONG, 64, 1);
            s.set(ValueLayout.JAVA_INT, 72, 5);
            s.set(ValueLayout.JAVA_LONG, 96, 3);
            s.set(ValueLayout.JAVA_LONG, 112, 2);
            s.set(ValueLayout.JAVA_INT, 136, 1);
            s.set(ValueLayout.JAVA_INT, 140, 7);
            FileStatus status = FileStatus.decode(s, 0);
            assertEquals(new FileStatus(1L << 32 | 7, 42, 0xa1ff, 2, 1000, 100, 9, 512, 8, 1_000_000_005L,
                    2_000_000_000L, 3_000_000_000L), status);
            assertTrue(status.isSymbolicLink());
            assertFalse(status.isDirectory());
            assertEquals(0777, status.permissions());
        }
    }

    @Test
    void openBeneathStaysInside() throws Exception {
        Files.createDirectory(folder.resolve("in"));
        Files.writeString(folder.resolve("out"), "x");
        try (Fd in = PathCalls.open(folder.resolve("in"))) {
            assertEquals("openat2 failed: errno=EXDEV, path=../out; the path leaves its root directory or crosses file "
                    + "systems",
                    assertThrows(NativeException.class,
                            () -> PathCalls.openBeneath(in, "../out", OpenFlags.O_RDONLY, 0)).getMessage());
            try (Fd control = PathCalls.openat(in, "../out", OpenFlags.O_RDONLY, 0)) {
                assertEquals(1, FileStatus.of(control).size());
            }
            try (Fd made = PathCalls.openBeneath(in, "new", OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0600)) {
                assertTrue(made.isCloseOnExec());
            }
            assertTrue(Files.exists(folder.resolve("in/new")));
        }
    }

    @Test
    void makesFifosAndNamelessFiles() {
        PathCalls.mkfifo(folder.resolve("fifo"), 0600);
        try (Fd fifo = PathCalls.open(folder.resolve("fifo"), OpenFlags.O_RDWR, 0);
                Fd directory = PathCalls.open(folder)) {
            assertEquals(FileStatus.S_IFIFO, FileStatus.of(fifo).type());
            assertEquals(1, DirectoryEntry.list(directory).stream().filter(e -> e.type() == 1).count());
        }
        assertEquals("mkfifo failed: errno=EEXIST, path=" + folder.resolve("fifo"),
                assertThrows(NativeException.class, () -> PathCalls.mkfifo(folder.resolve("fifo"), 0)).getMessage());
    }

    @Test
    void directoryFlagHasThisMachinesValue() throws Exception {
        Path file = Files.createFile(folder.resolve("f"));
        assertEquals(Errno.ENOTDIR, assertThrows(NativeException.class,
                () -> PathCalls.open(file, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)).errno());
        Path link = Files.createSymbolicLink(folder.resolve("l"), file);
        assertEquals(Errno.ELOOP, assertThrows(NativeException.class,
                () -> PathCalls.open(link, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW, 0)).errno());
    }

    @Test
    void badPathsAreErrorsNotTruncated() {
        assertEquals(-Errno.ENAMETOOLONG, PathCalls.openatRaw(PathCalls.AT_FDCWD, "x".repeat(4096), 0, 0));
        assertEquals(-Errno.EINVAL, PathCalls.openatRaw(PathCalls.AT_FDCWD, "/dev/null\0x", 0, 0));
        assertEquals(-Errno.ENOENT, PathCalls.openatRaw(PathCalls.AT_FDCWD, "", 0, 0));
    }
}
