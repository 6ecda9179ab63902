package org.kakuri.runtime.wasm.internal.wasi;

import org.kakuri.platform.linux.FileStatus;

/** Kinds of file in WASI preview 1. Source: witx/typenames.witx of snapshot preview1, filetype. */
final class FileTypes {
    /** Also pipes, for which preview 1 has no number. */
    static final int UNKNOWN = 0;
    static final int BLOCK = 1;
    static final int CHARACTER = 2;
    static final int DIRECTORY = 3;
    static final int REGULAR = 4;
    static final int SOCKET_DGRAM = 5;
    static final int SOCKET_STREAM = 6;
    static final int LINK = 7;

    private FileTypes() {}

    /** Returns the kind for the type bits of a mode. */
    static int ofMode(int type) {
        return switch (type) {
        case FileStatus.S_IFBLK -> BLOCK;
        case FileStatus.S_IFCHR -> CHARACTER;
        case FileStatus.S_IFDIR -> DIRECTORY;
        case FileStatus.S_IFREG -> REGULAR;
        case FileStatus.S_IFSOCK -> SOCKET_STREAM;
        case FileStatus.S_IFLNK -> LINK;
        default -> UNKNOWN;
        };
    }

    /** Returns the kind for the type of a directory entry: the same bits, four places lower. */
    static int ofEntry(int type) {
        return ofMode(type << 12);
    }
}
