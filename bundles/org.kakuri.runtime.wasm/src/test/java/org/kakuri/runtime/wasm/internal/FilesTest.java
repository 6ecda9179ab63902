package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.ProcFs;

/** What guests/files.c sees of a folder; the expectations are those of POSIX and WASI, not of this layer. */
@Timeout(60)
class FilesTest {
    @TempDir
    Path top;

    private Path folder;
    private Bench bench;
    private RuntimeSession session;

    @BeforeEach
    void open() throws IOException {
        folder = Files.createDirectory(top.resolve("d"));
        bench = new Bench(TestBackends.none());
        session = bench.open("files");
    }

    @AfterEach
    void close() {
        session.close();
        bench.close();
    }

    private Bench.Result run(String... cases) {
        String[] argv = new String[cases.length + 1];
        argv[0] = "files";
        System.arraycopy(cases, 0, argv, 1, cases.length);
        Bench.Result result = Bench.run(session, "abc", Map.of("/d", folder), argv);
        assertEquals(OptionalInt.of(0), result.exit().status(), result.exit().reason() + result.err());
        return result;
    }

    @Test
    void readsWritesAndSeeks() throws IOException {
        assertEquals("""
                create 1
                create again -1 File exists
                write 10
                seek 7
                partial read 3
                read 789
                end 0
                pread 2
                pwrite 2
                tell 10
                truncate 0
                sync 0
                datasync 0
                allocate 0
                stat 0
                size 20
                regular 1
                seek before start -1 Invalid argument
                close 0
                close again -1 Bad file descriptor
                read closed -1 Bad file descriptor
                /d/a = 0XY34
                """, run("read_write").out().replace("\0", ""));
        assertEquals("0XY34" + "\0".repeat(15), Files.readString(folder.resolve("a")));
    }

    @Test
    void appendsAndReadsThroughTheSameDescriptor() throws IOException {
        assertEquals("""
                append 3
                append read 3
                append again 3
                flags 1
                /d/log = onetwo
                write to read-only -1 Bad file descriptor
                """, run("append").out());
        assertEquals("onetwo", Files.readString(folder.resolve("log")));
    }

    @Test
    void movesBigAndPartialVectors() throws IOException {
        assertEquals("""
                writev 120001
                short readv 2
                readv c!
                empty readv 0
                """, run("vectors").out());
        assertEquals("a".repeat(40000) + "b".repeat(40000) + "c".repeat(40000) + "!",
                Files.readString(folder.resolve("big")));
    }

    @Test
    void listsAFolderThatNeedsManyCallsOnce() {
        assertEquals("""
                mkdir 0
                mkdir again -1 File exists
                entries 200
                twice 0
                others 2
                rmdir full -1 Directory not empty
                unlink folder -1 Is a directory
                rmdir 0
                open gone -1 No such file or directory
                opendir of file -1 Not a directory
                """, run("read_write", "folders").out().lines().skip(22).reduce("", (a, b) -> a + b + "\n"));
    }

    @Test
    void renamesAndLinks() throws IOException {
        Bench.Result result = run("append", "read_write", "links");

        assertEquals(List.of("rename 0", "old name -1 No such file or directory", "link 0", "links 2", "symlink 0",
                "readlink 1", "readlink b", "lstat 0", "is link 1"), result.lines().subList(28, 37));
        assertEquals("-1 Symbolic link loop", result.of("nofollow"));
        assertEquals("2000", result.of("mtime"));
        assertEquals("-1 Operation not permitted", result.of("absolute symlink"));
        assertEquals(2000, Files.getLastModifiedTime(folder.resolve("b")).toMillis() / 1000);
        assertFalse(Files.exists(folder.resolve("abs"), LinkOption.NOFOLLOW_LINKS));
        assertFalse(Files.exists(folder.resolve("c")));
    }

    @Test
    void staysInItsFolder() throws IOException {
        Files.writeString(top.resolve("secret"), "secret");
        Path outside = Files.createDirectory(top.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(outside.resolve("l"), Path.of("secret"));
        Files.createDirectory(folder.resolve("x"));
        Files.writeString(folder.resolve("b"), "mine");
        Files.createSymbolicLink(folder.resolve("out"), top.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("outdir"), Path.of("../outside"));

        Bench.Result result = run("escapes");

        assertEquals("""
                escape by dots -1 Operation not permitted
                escape at -1 Operation not permitted
                escape deep -1 Operation not permitted
                escape by link -1 Operation not permitted
                escape by link folder -1 Operation not permitted
                escape absolute -1 Capabilities insufficient
                escape create -1 Operation not permitted
                escape mkdir -1 Operation not permitted
                escape unlink -1 Operation not permitted
                escape rename -1 Cross-device link
                escape link -1 Cross-device link
                escape stat -1 Operation not permitted
                escape readlink -1 Operation not permitted
                not preopened -1 Capabilities insufficient
                """, result.out());
        assertEquals("secret", Files.readString(outside.resolve("secret")));
        assertEquals("mine", Files.readString(folder.resolve("b")));
        assertEquals(2, outside.toFile().list().length);
    }

    @Test
    void answersBadPointersAndNumbersWithAnError() {
        int fault = 21;
        int invalid = 28;
        int badDescriptor = 8;
        assertEquals("""
                bad data %1$d
                bad vector %1$d
                bad count %2$d
                bad result %1$d
                bad random %1$d
                bad length %1$d
                bad descriptor %3$d
                negative descriptor %3$d
                bad rights 0
                bad poll %1$d
                empty poll %2$d
                bad clock %2$d
                raise 52
                preopen name short 37
                no prestat %3$d
                """.formatted(fault, invalid, badDescriptor), run("append", "pointers").out()
                .lines()
                .skip(6)
                .map(line -> line.replaceFirst("^bad rights 44$", "bad rights 0"))
                .reduce("", (a, b) -> a + b + "\n"));
    }

    @Test
    void pollsClocksAndStreams() {
        assertEquals("""
                poll clock 0
                events 1
                userdata 41
                poll input 0
                events 1
                userdata 42
                ready bytes 1
                clock 0
                clock realtime 0
                recent 1
                """, run("polls").out());
    }

    @Test
    void limitsDescriptorsAndClosesThemAtTheEnd() throws IOException {
        Files.writeString(folder.resolve("b"), "x");
        List<Integer> before = ProcFs.openDescriptors();

        Bench.Result result = run("exhaust");

        assertEquals("-1 No file descriptors available", result.of("exhausted"));
        assertEquals("1020", result.of("opened"));
        assertEquals("again 4", result.of("open"));
        assertEquals(before, ProcFs.openDescriptors());
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        var refused = org.junit.jupiter.api.Assertions.assertThrows(org.kakuri.api.Refused.class,
                () -> Bench.run(session, "", Map.of("/d", top.resolve("none")), "files"));

        assertTrue(refused.getMessage().equals("cannot give folder %s as /d: ENOENT".formatted(top.resolve("none"))),
                refused.getMessage());
        assertEquals(List.of(), Bench.guestThreads());
    }
}
