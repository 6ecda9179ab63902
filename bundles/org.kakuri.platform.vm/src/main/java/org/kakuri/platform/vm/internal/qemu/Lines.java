package org.kakuri.platform.vm.internal.qemu;

import java.io.IOException;

/** A connection that carries bytes both ways. */
interface Lines extends AutoCloseable {
    /** Reads once; -1 at the end or when closed. Blocks. */
    int read(byte[] to) throws IOException;

    /** Writes all. */
    void write(byte[] from) throws IOException;

    /** Lets a blocked read return. Idempotent. */
    @Override
    void close();
}
