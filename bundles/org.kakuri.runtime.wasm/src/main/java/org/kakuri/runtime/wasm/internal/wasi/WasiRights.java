package org.kakuri.runtime.wasm.internal.wasi;

/** Rights of descriptors in WASI preview 1. Source: witx/typenames.witx of snapshot preview1, rights. */
final class WasiRights {
    static final long FD_DATASYNC = 1L;
    static final long FD_READ = 1L << 1;
    static final long FD_SEEK = 1L << 2;
    static final long FD_FDSTAT_SET_FLAGS = 1L << 3;
    static final long FD_SYNC = 1L << 4;
    static final long FD_TELL = 1L << 5;
    static final long FD_WRITE = 1L << 6;
    static final long FD_ADVISE = 1L << 7;
    static final long FD_ALLOCATE = 1L << 8;
    static final long PATH_CREATE_DIRECTORY = 1L << 9;
    static final long PATH_CREATE_FILE = 1L << 10;
    static final long PATH_LINK_SOURCE = 1L << 11;
    static final long PATH_LINK_TARGET = 1L << 12;
    static final long PATH_OPEN = 1L << 13;
    static final long FD_READDIR = 1L << 14;
    static final long PATH_READLINK = 1L << 15;
    static final long PATH_RENAME_SOURCE = 1L << 16;
    static final long PATH_RENAME_TARGET = 1L << 17;
    static final long PATH_FILESTAT_GET = 1L << 18;
    static final long PATH_FILESTAT_SET_SIZE = 1L << 19;
    static final long PATH_FILESTAT_SET_TIMES = 1L << 20;
    static final long FD_FILESTAT_GET = 1L << 21;
    static final long FD_FILESTAT_SET_SIZE = 1L << 22;
    static final long FD_FILESTAT_SET_TIMES = 1L << 23;
    static final long PATH_SYMLINK = 1L << 24;
    static final long PATH_REMOVE_DIRECTORY = 1L << 25;
    static final long PATH_UNLINK_FILE = 1L << 26;
    static final long POLL_FD_READWRITE = 1L << 27;
    static final long SOCK_SHUTDOWN = 1L << 28;
    static final long SOCK_ACCEPT = 1L << 29;

    /** Every right there is. */
    static final long ALL = (1L << 30) - 1;

    private static final long PATHS = PATH_CREATE_DIRECTORY | PATH_CREATE_FILE | PATH_LINK_SOURCE | PATH_LINK_TARGET
            | PATH_OPEN | FD_READDIR | PATH_READLINK | PATH_RENAME_SOURCE | PATH_RENAME_TARGET | PATH_FILESTAT_GET
            | PATH_FILESTAT_SET_SIZE | PATH_FILESTAT_SET_TIMES | PATH_SYMLINK | PATH_REMOVE_DIRECTORY
            | PATH_UNLINK_FILE;
    private static final long SOCKETS = SOCK_SHUTDOWN | SOCK_ACCEPT;

    /** What makes sense on a directory. */
    static final long DIRECTORY = PATHS | FD_FDSTAT_SET_FLAGS | FD_SYNC | FD_DATASYNC | FD_ADVISE | FD_FILESTAT_GET
            | FD_FILESTAT_SET_TIMES;
    /** What makes sense on a regular file. */
    static final long FILE = ALL & ~PATHS & ~SOCKETS;
    /** What makes sense on a pipe or terminal; a terminal is told by the absence of seek and tell. */
    static final long STREAM = FILE & ~(FD_SEEK | FD_TELL | FD_ADVISE | FD_ALLOCATE | FD_FILESTAT_SET_SIZE);
    /** What makes sense on a socket. */
    static final long SOCKET = STREAM | SOCKETS;

    private WasiRights() {}

    /** Returns what makes sense on a kind of file. */
    static long of(int fileType) {
        return switch (fileType) {
        case FileTypes.DIRECTORY -> DIRECTORY;
        case FileTypes.REGULAR, FileTypes.BLOCK -> FILE;
        case FileTypes.SOCKET_STREAM, FileTypes.SOCKET_DGRAM -> SOCKET;
        default -> STREAM;
        };
    }
}
