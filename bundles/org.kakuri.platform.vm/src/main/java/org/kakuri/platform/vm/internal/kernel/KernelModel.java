package org.kakuri.platform.vm.internal.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;

/**
 * What a kernel's image tells before any memory is looked at: types, and symbols at the addresses it was linked for.
 */
public final class KernelModel {
    private static final String BANNER = "linux_banner";
    private static final String TEXT = "_text";
    private static final byte[] OPENING = "Linux version ".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_BANNER = 512;

    private final Btf btf;
    private final Map<String, Long> symbols;
    private final byte[] banner;
    private final String release;

    private KernelModel(Btf btf, Map<String, Long> symbols, byte[] banner) {
        this.btf = btf;
        this.symbols = symbols;
        this.banner = banner;
        this.release = bannerText().substring(OPENING.length).split(" ")[0];
    }

    /**
     * Reads an image.
     *
     * @param image vmlinuz or vmlinux
     * @throws Unsupported if its layout is not understood
     * @throws Refused if it is damaged
     */
    public static KernelModel read(byte[] image) {
        byte[] file = KernelImage.unpack(image);
        try {
            ElfFile elf = ElfFile.read(file);
            ElfFile.Section types = elf.section(".BTF");
            ElfFile.Section rodata = elf.section(".rodata");
            long text = elf.section(".text").address();
            Btf btf = Btf.read(Arrays.copyOfRange(file, types.offset(), types.offset() + types.size()));
            Map<String, Long> symbols = Kallsyms.read(file, rodata,
                    found -> Long.valueOf(text).equals(found.get(TEXT)) && banner(file, rodata, found).isPresent());
            return new KernelModel(btf, symbols, banner(file, rodata, symbols).orElseThrow());
        } catch (IndexOutOfBoundsException e) {
            throw new Refused("the kernel image is damaged: " + e.getMessage(), "is the file complete?", e);
        }
    }

    private static Optional<byte[]> banner(byte[] file, ElfFile.Section rodata, Map<String, Long> symbols) {
        long at = symbols.getOrDefault(BANNER, 0L) - rodata.address();
        if (at < 0 || at > rodata.size() - OPENING.length) {
            return Optional.empty();
        }
        int start = rodata.offset() + (int) at;
        if (Arrays.mismatch(file, start, start + OPENING.length, OPENING, 0, OPENING.length) >= 0) {
            return Optional.empty();
        }
        int end = start;
        while (end < file.length && file[end] != 0 && end - start < LONGEST_BANNER) {
            end++;
        }
        return Optional.of(Arrays.copyOfRange(file, start, end));
    }

    /** Returns the types. */
    public Btf btf() {
        return btf;
    }

    /** Returns the version line, without what Linux's build replaces at the end. */
    public byte[] banner() {
        return banner.clone();
    }

    /** Returns the version line as text. */
    public String bannerText() {
        return new String(banner, StandardCharsets.ISO_8859_1);
    }

    /** Returns what uname -r says. */
    public String release() {
        return release;
    }

    /** Returns how many symbols there are. */
    public int symbolCount() {
        return symbols.size();
    }

    /** Returns the address that the text was linked for. */
    public long text() {
        return symbol(TEXT);
    }

    /** Returns the address that a symbol was linked for; a per-CPU symbol's is an offset. */
    public Optional<Long> find(String name) {
        return Optional.ofNullable(symbols.get(name));
    }

    /**
     * Returns the address that a symbol was linked for.
     *
     * @throws Unsupported if there is none of that name
     */
    public long symbol(String name) {
        return find(name).orElseThrow(() -> new Unsupported("kernel %s has no symbol %s".formatted(release, name),
                "this part of its layout is not known here"));
    }
}
