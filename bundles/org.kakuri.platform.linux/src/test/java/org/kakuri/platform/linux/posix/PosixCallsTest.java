package org.kakuri.platform.linux.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kakuri.platform.linux.DirectoryEntry;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.Prctl;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.TestThreads;
import org.kakuri.platform.linux.UnixSocketPair;
import org.kakuri.platform.linux.WakeFd;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallServer;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;

/** The same calls executed here and over a call page. */
@Timeout(60)
class PosixCallsTest {

    enum Way {
        LOCAL, CALL_PAGE
    }

    @TempDir
    Path outside;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(4096, 8);
    private final LocalPosix local = new LocalPosix();
    private final CallPage page = CallPage.create(arena.allocate(4096 + 4096, 64));
    private final CallClient client = page.client(WaitPolicy.CO_LOCATED, PeerCheck.NONE);
    private final CallServer server = page.server(WaitPolicy.CO_LOCATED, PeerCheck.NONE);
    private CompletableFuture<Void> serving;
    private List<Integer> before;
    private Path inside;
    private Fd folder;
    private int root;

    @BeforeEach
    void open() throws Exception {
        before = ProcFs.openDescriptors();
        inside = Files.createDirectory(outside.resolve("inside"));
        Files.writeString(outside.resolve("secret"), "secret");
        folder = PathCalls.open(inside);
        root = folder.number();
        local.lend(root);
        serving = TestThreads.start(() -> server.serve(new CallPageServer(local)));
    }

    @AfterEach
    void close() {
        client.close();
        serving.join();
        local.close();
        folder.close();
        assertEquals(before, ProcFs.openDescriptors());
        arena.close();
    }

    private PosixCalls by(Way way) {
        return way == Way.LOCAL ? local : new CallPagePosix(client);
    }

    private String text(long length) {
        return new String(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    }

    private void text(String text) {
        buffer.setString(0, text);
    }

    @ParameterizedTest
    @EnumSource
    void files(Way way) throws Exception {
        PosixCalls posix = by(way);
        int fd = posix.openat(root, "f", OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0600);
        assertTrue(fd > 0);
        assertEquals(-Errno.EEXIST,
                posix.openat(root, "f", OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0));
        text("0123456789");
        assertEquals(10, posix.write(fd, buffer, 0, 10));
        assertEquals(2, posix.pwrite(fd, buffer, 8, 2, 0));
        assertEquals(4, posix.lseek(fd, 4, FdIo.SEEK_SET));
        assertEquals(6, posix.read(fd, buffer, 0, 100));
        assertEquals("456789", text(6));
        assertEquals(0, posix.read(fd, buffer, 0, 100));
        assertEquals(5, posix.pread(fd, buffer, 0, 5, 0));
        assertEquals("89234", text(5));
        assertEquals(0, posix.ftruncate(fd, 7));
        assertEquals(0, posix.fsync(fd));
        assertEquals(0, posix.fdatasync(fd));
        assertEquals(0, posix.fstat(fd, buffer, 64, 256));
        FileStatus status = FileStatus.decode(buffer, 64);
        assertEquals(7, status.size());
        assertEquals(0600, status.permissions());
        assertEquals(-Errno.EINVAL, posix.fstat(fd, buffer, 0, 255));
        assertEquals(OpenFlags.O_RDWR, posix.fcntlGetFl(fd) & OpenFlags.O_ACCMODE);
        assertEquals(0, posix.fcntlSetFl(fd, OpenFlags.O_APPEND));
        assertEquals(OpenFlags.O_APPEND, posix.fcntlGetFl(fd) & OpenFlags.O_APPEND);
        int copy = posix.dup(fd);
        assertEquals(0, posix.close(fd));
        assertEquals(-Errno.EBADF, posix.close(fd));
        assertEquals(7, posix.pread(copy, buffer, 0, 100, 0));
        assertEquals(0, posix.close(copy));
        assertEquals("8923456", Files.readString(inside.resolve("f")));
    }

    @ParameterizedTest
    @EnumSource
    void namesAndDirectories(Way way) throws Exception {
        PosixCalls posix = by(way);
        assertEquals(0, posix.mkdirat(root, "d/", 0700));
        assertEquals(-Errno.EEXIST, posix.mkdirat(root, "d", 0700));
        Files.writeString(inside.resolve("d/a"), "a");
        assertEquals(0, posix.renameat(root, "d/a", root, "b"));
        assertEquals(0, posix.linkat(root, "b", root, "d/c"));
        assertEquals(0, posix.symlinkat("d/c", root, "link"));
        assertEquals(3, posix.readlinkat(root, "link", buffer, 0, 100));
        assertEquals("d/c", text(3));
        assertEquals(2, posix.readlinkat(root, "link", buffer, 0, 2));
        assertEquals(0, posix.fstatat(root, "link", 0, buffer, 0, 256));
        assertTrue(FileStatus.decode(buffer, 0).isRegular());
        assertEquals(2, FileStatus.decode(buffer, 0).links());
        assertEquals(0, posix.fstatat(root, "link", PathCalls.AT_SYMLINK_NOFOLLOW, buffer, 0, 256));
        assertTrue(FileStatus.decode(buffer, 0).isSymbolicLink());
        assertEquals(0, posix.utimensat(root, "link", 1_500_000_000L, 2_000_000_001L, 0));
        assertEquals(0, posix.fstatat(root, "b", 0, buffer, 0, 256));
        assertEquals(1_500_000_000L, FileStatus.decode(buffer, 0).accessedNanos());
        assertEquals(2_000_000_001L, FileStatus.decode(buffer, 0).modifiedNanos());
        int fd = posix.openat(root, "b", OpenFlags.O_RDWR, 0);
        assertEquals(0, posix.utimensat(fd, "", PathCalls.UTIME_OMIT, 5, 0));
        assertEquals(0, posix.fstat(fd, buffer, 0, 256));
        assertEquals(1_500_000_000L, FileStatus.decode(buffer, 0).accessedNanos());
        assertEquals(5, FileStatus.decode(buffer, 0).modifiedNanos());
        posix.close(fd);
        int list = posix.openat(root, ".", OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
        long bytes = posix.getdents64(list, buffer, 0, 4096);
        assertEquals(List.of(".", "..", "b", "d", "link"),
                DirectoryEntry.decode(buffer, 0, bytes).stream().map(DirectoryEntry::name).sorted().toList());
        assertEquals(0, posix.getdents64(list, buffer, 0, 4096));
        posix.close(list);
        assertEquals(-Errno.ENOTEMPTY, posix.unlinkat(root, "d", PathCalls.AT_REMOVEDIR));
        assertEquals(0, posix.unlinkat(root, "d/c", 0));
        assertEquals(0, posix.unlinkat(root, "d", PathCalls.AT_REMOVEDIR));
        assertEquals(0, posix.unlinkat(root, "link", 0));
        assertEquals(-Errno.ENOENT, posix.unlinkat(root, "link", 0));
    }

    /** Positive control: the same path without the confinement does reach the file outside. */
    @ParameterizedTest
    @EnumSource
    void pathsCannotLeaveTheirDirectory(Way way) throws Exception {
        PosixCalls posix = by(way);
        Files.createSymbolicLink(inside.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(inside.resolve("abs"), outside);
        Files.createSymbolicLink(inside.resolve("to-secret"), outside.resolve("secret"));
        List<String> escapes = List.of("../secret", "up/secret", "abs/secret", outside.resolve("secret").toString(),
                "./../secret", "up/inside/../secret");
        for (String path : escapes) {
            try (Fd control = PathCalls.openat(folder, path, OpenFlags.O_RDONLY, 0)) {
                assertEquals(6, FileStatus.of(control).size());
            }
            List<ToLongFunction<PosixCalls>> calls = List.of(c -> c.openat(root, path, OpenFlags.O_RDONLY, 0),
                    c -> c.fstatat(root, path, 0, buffer, 0, 256), c -> c.unlinkat(root, path, 0),
                    c -> c.mkdirat(root, path + "x", 0700), c -> c.renameat(root, path, root, "stolen"),
                    c -> c.renameat(root, "to-secret", root, path), c -> c.linkat(root, path, root, "stolen"),
                    c -> c.linkat(root, "to-secret", root, path + "x"), c -> c.symlinkat("x", root, path + "x"),
                    c -> c.readlinkat(root, path, buffer, 0, 10), c -> c.utimensat(root, path, 0, 0, 0));
            for (int i = 0; i < calls.size(); i++) {
                assertEquals(-Errno.EXDEV, calls.get(i).applyAsLong(posix), path + ", call " + i);
            }
        }
        assertEquals(-Errno.EXDEV, posix.openat(root, "to-secret", OpenFlags.O_RDONLY, 0));
        assertEquals(-Errno.EXDEV, posix.openat(root, "/", OpenFlags.O_RDONLY, 0));
        assertEquals(-Errno.EXDEV, posix.mkdirat(root, "/", 0));
        assertEquals(-Errno.EINVAL, posix.unlinkat(root, "..", PathCalls.AT_REMOVEDIR));
        assertEquals(-Errno.ENOENT, posix.unlinkat(root, "", 0));
        assertEquals(-Errno.EBADF, posix.openat(PathCalls.AT_FDCWD, "x", OpenFlags.O_RDONLY, 0));
        assertEquals("secret", Files.readString(outside.resolve("secret")));
        try (var left = Files.list(outside)) {
            assertEquals(2, left.count());
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyDescriptorsOfTheGuestWork(Way way) {
        PosixCalls posix = by(way);
        try (Pipe pipe = Pipe.open()) {
            int writer = pipe.writer().number();
            int reader = pipe.reader().number();
            assertEquals(-Errno.EBADF, posix.write(writer, buffer, 0, 1));
            assertEquals(-Errno.EBADF, posix.dup(writer));
            assertEquals(-Errno.EBADF, posix.close(writer));
            assertEquals(-Errno.EBADF, posix.close(-1));
            assertEquals(-Errno.EBADF, posix.close(Integer.MAX_VALUE));
            local.lend(writer);
            assertEquals(1, posix.write(writer, buffer, 0, 1));
            assertEquals(-Errno.EBADF, posix.writeThenRead(writer, reader, buffer, 0, 1, buffer, 0, 1));
            assertEquals(0, posix.close(writer), "gives it back");
            assertEquals(-Errno.EBADF, posix.write(writer, buffer, 0, 1));
            FdIo.write(pipe.writer(), buffer.asSlice(0, 2));
            assertEquals(3, FdIo.read(pipe.reader(), buffer));
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesThenReadsInOneCall(Way way) {
        PosixCalls posix = by(way);
        try (UnixSocketPair sockets = UnixSocketPair.stream(); Arena own = Arena.ofShared()) {
            int fd = sockets.left().number();
            local.lend(fd);
            int large = 100_000;
            CompletableFuture<Void> peer = TestThreads.start(() -> {
                MemorySegment all = own.allocate(large);
                assertEquals(large, FdIo.readFully(sockets.right(), all));
                for (int i = 0; i < large; i++) {
                    assertEquals((byte) i, all.get(ValueLayout.JAVA_BYTE, i));
                }
                FdIo.writeFully(sockets.right(), all.asSlice(65, 10));
            });
            MemorySegment out = own.allocate(large);
            for (int i = 0; i < large; i++) {
                out.set(ValueLayout.JAVA_BYTE, i, (byte) i);
            }
            assertEquals(10, posix.writeThenRead(fd, fd, out, 0, large, buffer, 0, 4096));
            assertEquals("ABCDEFGHIJ", text(10));
            peer.join();
            assertEquals(0, posix.shutdown(fd, 1));
            assertEquals(0, FdIo.read(sockets.right(), buffer));
            assertEquals(-Errno.EINVAL, posix.accept(fd, 0));
            assertEquals(-Errno.EINVAL, posix.accept(fd, 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void pollSeesOnlyTheGuestsDescriptors(Way way) {
        PosixCalls posix = by(way);
        try (Pipe mine = Pipe.open(); Pipe other = Pipe.open()) {
            local.lend(mine.reader().number());
            FdIo.write(other.writer(), buffer.asSlice(0, 1));
            entry(0, mine.reader().number());
            assertEquals(0, posix.poll(buffer, 0, 8, 0));
            FdIo.write(mine.writer(), buffer.asSlice(0, 1));
            entry(8, other.reader().number());
            entry(16, -1);
            assertEquals(2, posix.poll(buffer, 0, 24, -1));
            assertEquals(PollSet.IN, buffer.get(ValueLayout.JAVA_SHORT, 6));
            assertEquals(PollSet.NVAL, buffer.get(ValueLayout.JAVA_SHORT, 14));
            assertEquals(0, buffer.get(ValueLayout.JAVA_SHORT, 22));
            assertEquals(other.reader().number(), buffer.get(ValueLayout.JAVA_INT, 8));
            assertEquals(-Errno.EINVAL, posix.poll(buffer, 0, 7, 0));
        }
    }

    private void entry(long at, int fd) {
        buffer.set(ValueLayout.JAVA_INT, at, fd);
        buffer.set(ValueLayout.JAVA_SHORT, at + 4, (short) PollSet.IN);
        buffer.set(ValueLayout.JAVA_SHORT, at + 6, (short) -1);
    }

    @Test
    void wakeEndsAGuestsRead() throws Exception {
        try (WakeFd wake = WakeFd.create(); LocalPosix wakeable = new LocalPosix(wake); Pipe pipe = Pipe.open()) {
            wakeable.lend(pipe.reader().number());
            CompletableFuture<Long> read = new CompletableFuture<>();
            CompletableFuture<Void> reader = TestThreads.start(() -> {
                Prctl.setName("guest-reader");
                read.complete(wakeable.read(pipe.reader().number(), buffer, 0, 8));
            });
            TestThreads.awaitBlockedInKernel("guest-reader");
            wake.wake();
            assertEquals(-Errno.ECANCELED, read.join());
            entry(0, pipe.reader().number());
            assertEquals(-Errno.ECANCELED, wakeable.poll(buffer, 0, 8, -1));
            reader.join();
        }
    }

    @Test
    void closesWhatTheGuestLeftOpen() {
        LocalPosix guest = new LocalPosix().lend(root);
        int fd = guest.openat(root, ".", OpenFlags.O_RDONLY, 0);
        assertEquals(1, guest.owned());
        assertTrue(ProcFs.openDescriptors().contains(fd));
        guest.close();
        assertFalse(ProcFs.openDescriptors().contains(fd));
        assertTrue(ProcFs.openDescriptors().contains(root), "lent");
        assertEquals(-Errno.EBADF, guest.openat(root, ".", OpenFlags.O_RDONLY, 0));
    }

    @Test
    void aPathLongerThanThePageIsRefused() {
        assertEquals(-Errno.ENAMETOOLONG, by(Way.CALL_PAGE).openat(root, "x".repeat(4097), 0, 0));
        assertEquals(-Errno.ENAMETOOLONG, by(Way.CALL_PAGE).renameat(root, "x".repeat(4000), root, "y".repeat(4000)));
        assertEquals(-Errno.ENAMETOOLONG, by(Way.CALL_PAGE).openat(root, "x".repeat(4096), 0, 0), "the kernel's limit");
        assertEquals(-Errno.ENAMETOOLONG, by(Way.LOCAL).openat(root, "x".repeat(300), 0, 0), "the file system's limit");
        assertEquals(-Errno.EINVAL, by(Way.LOCAL).openat(root, "a\0b", 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void steadyStateAllocatesNothing(Way way) {
        PosixCalls posix = by(way);
        try (Pipe pipe = Pipe.open()) {
            int reader = pipe.reader().number();
            int writer = pipe.writer().number();
            local.lend(reader).lend(writer);
            assertTrue(TestThreads.bytesPerCall(10_000,
                    () -> posix.writeThenRead(writer, reader, buffer, 0, 128, buffer, 0, 128)) <= 64);
        }
    }
}
