package org.kakuri.platform.vm.internal.compress;

import org.kakuri.api.Refused;

/** LZ4 (lz4_Block_format.md, lz4_Frame_format.md): the legacy frame that kernels use, and the frame of the lz4 tool. */
final class Lz4 {
    private static final int LEGACY = 0x184C2102;

    private final byte[] in;
    private final Growing out;

    private Lz4(byte[] in, int limit) {
        this.in = in;
        this.out = new Growing(limit);
    }

    static byte[] legacy(byte[] bytes, int from, int to, int limit) {
        Lz4 lz4 = new Lz4(bytes, limit);
        int at = from + 4;
        while (at + 4 <= to) {
            int size = lz4.int32(at);
            at += 4;
            if (size == LEGACY) {
                continue;
            }
            if (size <= 0 || size > to - at) {
                break;
            }
            lz4.block(at, at + size);
            at += size;
        }
        return lz4.out.content();
    }

    static byte[] frame(byte[] bytes, int from, int to, int limit) {
        Lz4 lz4 = new Lz4(bytes, limit);
        int flags = bytes[from + 4];
        boolean blockChecksums = (flags & 0x10) != 0;
        int at = from + 6 + ((flags & 8) != 0 ? 8 : 0) + ((flags & 1) != 0 ? 4 : 0) + 1;
        while (true) {
            int size = lz4.int32(at);
            at += 4;
            if (size == 0) {
                return lz4.out.content();
            }
            int length = size & 0x7fffffff;
            if (length > to - at) {
                throw new Refused("an LZ4 block of %d bytes in %d".formatted(length, to - at), "is the file complete?");
            }
            if (size < 0) {
                lz4.out.put(bytes, at, length);
            } else {
                lz4.block(at, at + length);
            }
            at += length + (blockChecksums ? 4 : 0);
        }
    }

    private int int32(int at) {
        return in[at] & 0xff | (in[at + 1] & 0xff) << 8 | (in[at + 2] & 0xff) << 16 | in[at + 3] << 24;
    }

    private void block(int from, int to) {
        int at = from;
        while (at < to) {
            int token = in[at++] & 0xff;
            int literals = token >>> 4;
            if (literals == 15) {
                int more;
                do {
                    more = in[at++] & 0xff;
                    literals = Math.addExact(literals, more);
                } while (more == 255);
            }
            if (literals > to - at) {
                throw new IndexOutOfBoundsException("%d literals in %d bytes".formatted(literals, to - at));
            }
            out.put(in, at, literals);
            at += literals;
            if (at >= to) {
                return;
            }
            int offset = in[at] & 0xff | (in[at + 1] & 0xff) << 8;
            at += 2;
            int length = token & 15;
            if (length == 15) {
                int more;
                do {
                    more = in[at++] & 0xff;
                    length = Math.addExact(length, more);
                } while (more == 255);
            }
            out.copy(offset, length + 4);
        }
    }
}
