package org.kakuri.platform.vm.internal.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kakuri.api.Refused;
import org.kakuri.platform.vm.internal.compress.Decompress;

/** A kernel as it is booted: a bzImage (Linux, Documentation/arch/x86/boot.rst) with the ELF file packed into it, or that alone. */
public final class KernelImage {
    private static final int LARGEST = 256 << 20;
    private static final int SETUP_SECTORS = 0x1f1;
    private static final int MAGIC_AT = 0x202;
    private static final int MAGIC = 0x53726448;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;

    private KernelImage() {}

    /**
     * Returns the ELF file.
     *
     * @throws Refused if it is no kernel image
     * @throws org.kakuri.api.Unsupported if it is compressed by something that is not decoded here
     */
    public static byte[] unpack(byte[] image) {
        if (ElfFile.opens(image)) {
            return image;
        }
        ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        if (image.length < 0x300 || header.getInt(MAGIC_AT) != MAGIC) {
            throw new Refused("neither an ELF file nor a bzImage of %d bytes".formatted(image.length),
                    "name a vmlinuz or vmlinux");
        }
        int sectors = image[SETUP_SECTORS] & 0xff;
        long start = ((sectors == 0 ? 4 : sectors) + 1) * 512L + Integer.toUnsignedLong(header.getInt(PAYLOAD_OFFSET));
        long length = Integer.toUnsignedLong(header.getInt(PAYLOAD_LENGTH));
        if (length < 8 || start + length > image.length) {
            throw new Refused(
                    "a bzImage whose payload lies outside of it: offset %d, %d bytes".formatted(start, length),
                    "is the file complete?");
        }
        // The build appends the unpacked size, four bytes.
        byte[] elf = Decompress.all(image, (int) start, (int) (start + length - 4), LARGEST);
        if (!ElfFile.opens(elf)) {
            throw new Refused("the payload of the bzImage is no ELF file", "name a vmlinuz or vmlinux");
        }
        return elf;
    }
}
