package org.kakuri.attest.sgx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What an SGXS stream describes: an enclave as the sequence of its measured instructions, as the measurement hashes them.
 * <p>
 * A stream is refused unless it is canonical: one ECREATE, at its start; pages at ascending multiples of 4096; each chunk in the
 * page that precedes it, at a multiple of 256, and not twice; a thread control structure without permissions. Chunks tagged
 * {@code UNMEASRD} are loaded and not measured.
 *
 * @rule SGXS stream format, rust-sgx, doc/SGXS.md; Intel SDM vol. 3D, 39.4.1.1
 * @param mrenclave the measurement
 * @param ssaFrameSize SECS.SSAFRAMESIZE, in pages
 * @param size SECS.SIZE
 * @param pages how many pages are added
 * @param threads how many of them are thread control structures
 * @param measured how many chunks are measured
 * @param unmeasured how many chunks are loaded and not measured
 */
public record Sgxs(byte[] mrenclave, int ssaFrameSize, long size, long pages, long threads, long measured,
        long unmeasured) {
    private static final long ECREATE = 0x0045544145524345L;
    private static final long UNSIZED = 0x0044455a49534e55L;
    private static final long EADD = 0x0000000044444145L;
    private static final long EEXTEND = 0x00444E4554584545L;
    private static final long UNMEASRD = 0x44525341454d4e55L;

    /** Copies the measurement. */
    public Sgxs {
        mrenclave = mrenclave.clone();
    }

    /** Returns a copy. */
    @Override
    public byte[] mrenclave() {
        return mrenclave.clone();
    }

    /** Returns whether bytes begin like an SGXS stream. */
    public static boolean looksLike(byte[] start) {
        if (start.length < 8) {
            return false;
        }
        long tag = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return tag == ECREATE || tag == UNSIZED;
    }

    /**
     * Reads a stream to its end.
     *
     * @throws SgxRefused if it is no canonical stream
     * @throws IOException if reading fails
     */
    public static Sgxs read(InputStream in) throws IOException {
        return new Reader(in).read();
    }

    /** Reads one stream. */
    private static final class Reader {
        private final InputStream in;
        private final byte[] record = new byte[64];
        private final byte[] chunk = new byte[Mrenclave.CHUNK];
        private long at;
        private long page = -1;
        private int seen;
        private long pages;
        private long threads;
        private long measured;
        private long unmeasured;

        Reader(InputStream in) {
            this.in = in;
        }

        Sgxs read() throws IOException {
            ByteBuffer first = next();
            if (first == null) {
                throw new SgxRefused("not an SGXS stream: it is empty");
            }
            long tag = first.getLong();
            if (tag == UNSIZED) {
                throw refuse("the size of the enclave is not filled in (UNSIZED)");
            }
            if (tag != ECREATE) {
                throw refuse("it does not begin with ECREATE: tag=0x%016x".formatted(tag));
            }
            int ssaFrameSize = first.getInt();
            long size = first.getLong();
            zeros(first);
            if (Long.bitCount(size) != 1 || size < 2 * Mrenclave.PAGE) {
                throw refuse("SIZE is no power of two from 8192 on: 0x%x".formatted(size));
            }
            Mrenclave value = Mrenclave.ecreate(ssaFrameSize, size);
            for (ByteBuffer next = next(); next != null; next = next()) {
                one(next, value, size);
            }
            return new Sgxs(value.finish(), ssaFrameSize, size, pages, threads, measured, unmeasured);
        }

        private ByteBuffer next() throws IOException {
            int got = in.readNBytes(record, 0, record.length);
            if (got == 0) {
                return null;
            }
            if (got < record.length) {
                throw refuse("it ends in a record: bytes=%d of 64".formatted(got));
            }
            at += got;
            return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        }

        private void one(ByteBuffer fields, Mrenclave value, long size) throws IOException {
            long tag = fields.getLong();
            long offset = fields.getLong();
            if (tag == EADD) {
                add(fields, value, offset, size);
            } else if (tag == EEXTEND || tag == UNMEASRD) {
                zeros(fields);
                extend(value, offset, tag == EEXTEND);
            } else {
                throw refuse("unknown tag: 0x%016x".formatted(tag));
            }
        }

        private void add(ByteBuffer fields, Mrenclave value, long offset, long size) {
            long flags = fields.getLong();
            zeros(fields);
            if (offset % Mrenclave.PAGE != 0 || offset <= page || offset < 0 || offset >= size) {
                throw refuse(
                        "EADD is not at an ascending multiple of 4096 inside of the enclave: offset=0x%x, before=0x%x"
                                .formatted(offset, page));
            }
            if (flags == Mrenclave.TCS) {
                threads++;
            } else if ((flags & ~7L) != Mrenclave.REG || (flags & 3) == Mrenclave.W) {
                throw refuse("EADD has impossible SECINFO.FLAGS: 0x%x".formatted(flags));
            }
            value.eadd(offset, flags);
            page = offset;
            seen = 0;
            pages++;
        }

        private void extend(Mrenclave value, long offset, boolean counts) throws IOException {
            if (in.readNBytes(chunk, 0, chunk.length) < chunk.length) {
                throw refuse("it ends in a chunk");
            }
            int bit = (int) (offset - page) / Mrenclave.CHUNK;
            if (page < 0 || offset < page || offset >= page + Mrenclave.PAGE || offset % Mrenclave.CHUNK != 0
                    || (seen & 1 << bit) != 0) {
                throw refuse("a chunk is not in the page before it, or there twice: offset=0x%x, page=0x%x".formatted(
                        offset, page));
            }
            at += chunk.length;
            seen |= 1 << bit;
            if (counts) {
                value.eextend(offset, chunk, 0);
                measured++;
            } else {
                unmeasured++;
            }
        }

        private void zeros(ByteBuffer rest) {
            while (rest.hasRemaining()) {
                if (rest.get() != 0) {
                    throw refuse("a reserved byte is not zero");
                }
            }
        }

        private SgxRefused refuse(String what) {
            return new SgxRefused("not a canonical SGXS stream: %s, at byte %d".formatted(what, at));
        }
    }
}
