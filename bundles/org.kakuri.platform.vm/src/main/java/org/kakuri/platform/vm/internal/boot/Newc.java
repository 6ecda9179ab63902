package org.kakuri.platform.vm.internal.boot;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes an initramfs in the "newc" format of cpio (Linux, Documentation/driver-api/early-userspace/buffer-format.rst): for each
 * file a header of 110 ASCII characters, the name and the content, each padded to four bytes.
 */
final class Newc {
    private static final int DIRECTORY = 0040755;
    private static final int LINK = 0120777;
    private static final int FILE = 0100000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final String TRAILER = "TRAILER!!!";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(12 << 20);
    private int inode = 1;

    Newc folder(String name) {
        return entry(name, DIRECTORY, new byte[0], 0, 0);
    }

    Newc link(String name, String target) {
        return entry(name, LINK, target.getBytes(StandardCharsets.UTF_8), 0, 0);
    }

    /** A file with permissions such as 0755. */
    Newc file(String name, int permissions, byte[] content) {
        return entry(name, FILE | permissions, content, 0, 0);
    }

    Newc characterDevice(String name, int permissions, int major, int minor) {
        return entry(name, CHARACTER_DEVICE | permissions, new byte[0], major, minor);
    }

    byte[] archive() {
        entry(TRAILER, 0, new byte[0], 0, 0);
        return out.toByteArray();
    }

    private Newc entry(String name, int mode, byte[] content, int major, int minor) {
        byte[] named = (name + '\0').getBytes(StandardCharsets.UTF_8);
        int links = mode == DIRECTORY ? 2 : 1;
        int[] fields = {inode++, mode, 0, 0, links, 0, content.length, 0, 0, major, minor, named.length, 0};
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append("%08x".formatted(field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(named);
        pad();
        out.writeBytes(content);
        pad();
        return this;
    }

    private void pad() {
        while (out.size() % 4 != 0) {
            out.write(0);
        }
    }
}
