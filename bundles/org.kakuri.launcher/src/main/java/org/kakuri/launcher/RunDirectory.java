package org.kakuri.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The private directory of one running workbench, {@code TEMP/kakuri-UID/PID-N}, deleted when it ends. Its owner holds a
 * file lock beside it for as long as it lives; the kernel drops that lock however the process dies, so the next start
 * knows which directories are left over and deletes them. (Process numbers alone would not do: two containers may share
 * one temporary directory.)
 */
final class RunDirectory implements AutoCloseable {

    private static final String LOCK_SUFFIX = ".lock";

    private final Path path;
    private final Path lockFile;
    private final FileChannel lock;

    private RunDirectory(Path path, Path lockFile, FileChannel lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** Makes a new one under the temporary directory and deletes those of dead processes. */
    static RunDirectory open(Path temp) throws IOException {
        Path base = OwnDirectory.make(temp, "kakuri");
        try (FileChannel turn = FileChannel.open(base.resolve("turn"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
                FileLock mine = turn.lock()) {
            if (!mine.isValid()) {
                throw new IOException("lost the lock on " + base.resolve("turn"));
            }
            String pid = Long.toString(ProcessHandle.current().pid());
            deleteStale(base, pid);
            for (int n = 0;; n++) {
                Path lockFile = base.resolve(pid + "-" + n + LOCK_SUFFIX);
                Path path = base.resolve(pid + "-" + n);
                if (Files.exists(lockFile)) {
                    continue;
                }
                FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                lock.lock();
                deleteTree(path);
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OwnDirectory.OWNER_ONLY));
                return new RunDirectory(path, lockFile, lock);
            }
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        deleteTree(path);
        Files.deleteIfExists(lockFile);
        lock.close();
    }

    /** Those of this process are alive by definition, and closing a second channel on their file would drop the lock. */
    private static void deleteStale(Path base, String pid) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(base)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.startsWith(pid + "-")) {
                    continue;
                }
                if (name.endsWith(LOCK_SUFFIX)) {
                    deleteIfFree(entry, base.resolve(name.substring(0, name.length() - LOCK_SUFFIX.length())));
                } else if (Files.isDirectory(entry) && Files.notExists(base.resolve(name + LOCK_SUFFIX))) {
                    // A child of a workbench outlived it and wrote there once more.
                    deleteTree(entry);
                }
            }
        }
    }

    private static void deleteIfFree(Path lockFile, Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock dead = channel.tryLock()) {
            if (dead != null) {
                deleteTree(directory);
                Files.deleteIfExists(lockFile);
            }
        } catch (NoSuchFileException gone) {
            // Its owner has just ended, and deletes it without waiting for its turn.
            return;
        }
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
