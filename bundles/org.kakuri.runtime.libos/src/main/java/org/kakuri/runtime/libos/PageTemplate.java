package org.kakuri.runtime.libos;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import org.kakuri.platform.linux.AnonymousMapping;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;

/**
 * The pages of an image in a file in memory that nobody can change any more. Instances get private copies of them, which cost nothing
 * until a page is written.
 */
public final class PageTemplate implements AutoCloseable {
    private static final int MOST_SPARE = 4;

    private final MemFd file;
    private final Deque<AnonymousMapping> spare = new ArrayDeque<>();
    private final UnwrittenPages looked;
    private boolean closed;

    private PageTemplate(MemFd file, UnwrittenPages looked) {
        this.file = file;
        this.looked = looked;
    }

    /**
     * Reads an image's files.
     *
     * @param looked tells whether pages are still what they were
     * @throws org.kakuri.api.Refused if one cannot be read
     */
    static PageTemplate of(Image image, UnwrittenPages looked) {
        MemFd file = MemFd.create("kakuri-pages", image.bytes());
        try {
            try (SharedMapping pages = file.map()) {
                image.write(pages.segment());
            }
            file.seal(MemFd.F_SEAL_WRITE | MemFd.F_SEAL_GROW | MemFd.F_SEAL_SHRINK | MemFd.F_SEAL_SEAL);
            return new PageTemplate(file, looked);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Lets memory begin with copies of pages.
     *
     * @param at where in the memory
     * @param from offset of the first page
     * @param bytes how long
     */
    void copy(AnonymousMapping to, long at, long from, long bytes) {
        to.copyOf(at, bytes, file.fd(), from);
    }

    /** Returns whether a piece of memory still is what was mapped there; false if that cannot be told. */
    boolean unwritten(MemorySegment pages) {
        return looked.all(pages);
    }

    /** Returns memory that is all zero: what an instance of the same image had, or mapped now. */
    AnonymousMapping memory(long bytes) {
        synchronized (spare) {
            if (!spare.isEmpty() && spare.peek().size() == bytes) {
                return spare.pop();
            }
        }
        return AnonymousMapping.anywhere(bytes);
    }

    /** Takes memory that an instance does not need any more, for the next one: mapping it again would stop every thread for a moment. */
    void giveBack(AnonymousMapping memory) {
        memory.uncover(0, memory.size());
        synchronized (spare) {
            if (!closed && spare.size() < MOST_SPARE) {
                spare.push(memory);
                return;
            }
        }
        memory.close();
    }

    /** Forgets the file; copies stay. */
    @Override
    public void close() {
        synchronized (spare) {
            closed = true;
            spare.forEach(AnonymousMapping::close);
            spare.clear();
        }
        file.close();
    }
}
