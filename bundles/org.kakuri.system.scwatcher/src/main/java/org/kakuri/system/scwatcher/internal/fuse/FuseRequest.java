package org.kakuri.system.scwatcher.internal.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A request as it is read from /dev/fuse: {@code struct fuse_in_header} (len @0, opcode @4, unique @8, nodeid @16, uid @24, gid
 * @28, pid @32, 40 bytes), then the operation's own structure.
 *
 * @param bytes all of it
 */
record FuseRequest(MemorySegment bytes) {
    static final int HEADER = 40;

    static final int LOOKUP = 1;
    static final int FORGET = 2;
    static final int GETATTR = 3;
    static final int READLINK = 5;
    static final int OPEN = 14;
    static final int READ = 15;
    static final int STATFS = 17;
    static final int RELEASE = 18;
    static final int FLUSH = 25;
    static final int INIT = 26;
    static final int OPENDIR = 27;
    static final int READDIR = 28;
    static final int RELEASEDIR = 29;
    static final int ACCESS = 34;
    static final int INTERRUPT = 36;
    static final int DESTROY = 38;
    static final int BATCH_FORGET = 42;

    int opcode() {
        return bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 4);
    }

    long unique() {
        return bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 8);
    }

    long node() {
        return bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 16);
    }

    int pid() {
        return bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 32);
    }

    /** A number of the operation's structure. */
    long number(int offset) {
        return bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER + offset);
    }

    /** A number of 32 bits of the operation's structure. */
    int integer(int offset) {
        return bytes.get(ValueLayout.JAVA_INT_UNALIGNED, HEADER + offset);
    }

    /** The name that the request is about. */
    String name() {
        return bytes.getString(HEADER);
    }
}
