package org.kakuri.tee.sgx.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.tee.Perms;
import org.kakuri.attest.sgx.EnclaveLayout;
import org.kakuri.attest.sgx.Mrenclave;
import org.kakuri.attest.sgx.Sgxs;
import org.kakuri.attest.sgx.SigStruct;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Measures and signs enclaves, and checks signatures, without making one. */
@Component(property = {CommandSet.SCOPE + "=tee", CommandSet.FUNCTION + "=measure", CommandSet.FUNCTION + "=sign",
    CommandSet.FUNCTION + "=verify"})
public final class SgxCommands implements CommandSet {
    private static final HexFormat HEX = HexFormat.of();
    private static final List<String> LAYOUT = List.of("at", "perms", "tcs", "nssa", "base", "size");
    private static final String LAYOUT_HELP = """
            FILE is an SGXS stream, which says everything itself, or an image that is attached as it is:
            --at ADDRESS   where; default 0x10000, where runtime wasm has its module
            --perms RWX    what the code inside may do with it, of r, w and x; default r
            --tcs N        thread control structures; default 8
            --nssa N       SSA frames of each; default 2
            --base ADDRESS --size BYTES  ELRANGE; default 0 and 2^40""";

    /** Needs nothing. */
    @Activate
    public SgxCommands() {}

    /**
     * An enclave's measurement.
     *
     * @param file what was measured
     * @param kind SGXS stream or image
     * @param mrenclave in hexadecimal
     * @param size of ELRANGE
     * @param pages pages that are added; 0 where it is an image
     */
    public record Measured(String file, String kind, String mrenclave, long size, long pages) implements TextView {
        @Override
        public String text() {
            return "MRENCLAVE  %s%nof         %s, %s".formatted(mrenclave, file, kind);
        }
    }

    /** Prints MRENCLAVE of an image. */
    @Descriptor("Computes MRENCLAVE of an SGX enclave from its image, as the processor would.")
    public Measured measure(@WordsSyntax @Descriptor("FILE [OPTION...]\n" + LAYOUT_HELP) Words words)
            throws IOException {
        words.onlyNames(LAYOUT);
        return measured(words, words.word(0, "FILE"));
    }

    private static Measured measured(Words words, String file) throws IOException {
        Path path = readable(file);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            in.mark(8);
            byte[] start = in.readNBytes(8);
            in.reset();
            if (Sgxs.looksLike(start)) {
                Sgxs stream = Sgxs.read(in);
                return new Measured(file, "an SGXS stream of %d pages, %d of them TCS".formatted(stream.pages(),
                        stream.threads()), HEX.formatHex(stream.mrenclave()), stream.size(), stream.pages());
            }
        }
        var options = SgxOptions.of(java.util.Map.of(SgxOptions.BASE, words.value("base").orElse("0"),
                SgxOptions.SIZE, words.value("size").orElse(Long.toString(EnclaveLayout.SIZE)), SgxOptions.TCS,
                words.value("tcs").orElse(Integer.toString(EnclaveLayout.THREADS)), SgxOptions.NSSA,
                words.value("nssa").orElse(Integer.toString(EnclaveLayout.SSA_FRAMES))));
        long at = address(words.value("at").orElse("0x10000"));
        byte[] mrenclave = new EnclaveLayout(options.elrange().start(), options.elrange().bytes(), options.threads(),
                options.ssaFrames()).attach(at, perms(words.value("perms").orElse("r")), Files.readAllBytes(path))
                .mrenclave();
        return new Measured(file, "attached at 0x%x with %d TCS".formatted(at, options.threads()),
                HEX.formatHex(mrenclave), options.elrange().bytes(), 0);
    }

    private static Path readable(String file) {
        Path path = Path.of(file);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new UsageError("cannot be read: " + file, "give a file");
        }
        return path;
    }

    private static long address(String text) {
        if (!text.matches("0x[0-9a-fA-F]{1,15}|[0-9]{1,15}")) {
            throw new UsageError("not an address: " + text, "write for example 0x10000");
        }
        long address = Long.decode(text);
        if (address % Mrenclave.PAGE != 0) {
            throw new UsageError("not the address of a page: " + text, "give a multiple of 4096");
        }
        return address;
    }

    private static Perms perms(String text) {
        if (!text.matches("r?w?x?") || text.isEmpty()) {
            throw new UsageError("not permissions: " + text, "write r, rw, rx or rwx");
        }
        return new Perms(text.contains("r"), text.contains("w"), text.contains("x"));
    }

    /**
     * A SIGSTRUCT that was made.
     *
     * @param file where it was written
     * @param mrenclave what was signed
     * @param mrsigner who signed
     */
    public record Signed(String file, String mrenclave, String mrsigner) implements TextView {
        @Override
        public String text() {
            return "SIGSTRUCT  %s, %d bytes%nMRENCLAVE  %s%nMRSIGNER   %s".formatted(file, SigStruct.BYTES, mrenclave,
                    mrsigner);
        }
    }

    /** Signs an image. */
    @Descriptor("Makes the SIGSTRUCT of an SGX enclave from its image.")
    public Signed sign(@WordsSyntax(flags = "debug") @Descriptor("FILE OUT [OPTION...]\n" + LAYOUT_HELP + """

            OUT            where the SIGSTRUCT is written; the option sigstruct of backend sgx takes it
            --key PEM      RSA key of 3072 bits, exponent 3, PKCS #8; default is the development key, which everybody has
            --isvprodid N  product; default 0
            --isvsvn N     security version; default 0
            --debug        a debugger may read and write the enclave""") Words words) throws IOException {
        List<String> names = new ArrayList<>(LAYOUT);
        names.addAll(List.of("key", "isvprodid", "isvsvn"));
        words.onlyNames(names);
        byte[] mrenclave = HEX.parseHex(measured(words, words.word(0, "FILE")).mrenclave());
        Path out = Path.of(words.word(1, "OUT"));
        var statement = SigStruct.Statement.usual(mrenclave, DevelopmentSigner.today(), number(words, "isvprodid"),
                number(words, "isvsvn"), words.flags().contains("debug"));
        Optional<PrivateKey> key = Optional.empty();
        if (words.value("key").isPresent()) {
            key = Optional.of(DevelopmentSigner.privateKey(Files.readString(readable(words.value("key").get()))));
        }
        SigStruct sig = key.map(own -> SigStruct.sign(statement, own))
                .orElseGet(() -> DevelopmentSigner.sign(statement));
        Files.write(out, sig.bytes());
        return new Signed(out.toString(), HEX.formatHex(mrenclave), HEX.formatHex(sig.mrsigner()));
    }

    private static int number(Words words, String name) {
        long value = words.number(name).orElse(0L);
        if (value < 0 || value > 0xffff) {
            throw new UsageError("--%s is out of range: %d".formatted(name, value), "give 0 to 65535");
        }
        return (int) value;
    }

    /**
     * What EINIT makes of a SIGSTRUCT.
     *
     * @param fields what it says
     * @param checks each condition, and whether it holds
     */
    public record Verified(List<String> fields, List<String> checks) implements TextView, Outcome {
        @Override
        public String text() {
            return String.join("\n", fields) + "\n" + String.join("\n", checks);
        }

        @Override
        public int exitCode() {
            return checks.stream().anyMatch(check -> check.startsWith("FAIL")) ? 1 : 0;
        }
    }

    /** Checks a SIGSTRUCT. */
    @Descriptor("Shows a SIGSTRUCT of SGX and checks what EINIT would check.")
    public Verified verify(@WordsSyntax @Descriptor("FILE [--image FILE [OPTION...]]\n"
            + "FILE           a SIGSTRUCT of 1808 bytes\n"
            + "--image FILE   the enclave it is for; what follows is of --image\n" + LAYOUT_HELP) Words words)
            throws IOException {
        List<String> names = new ArrayList<>(LAYOUT);
        names.add("image");
        words.onlyNames(names);
        SigStruct sig = SigStruct.of(Files.readAllBytes(readable(words.word(0, "FILE"))));
        List<String> checks = new ArrayList<>();
        checks.add(line("sig_struct", sig.malformed().isEmpty(), SgxError.SGX_INVALID_SIG_STRUCT,
                sig.malformed().orElse("every field that has one value has it")));
        checks.add(line("signature", sig.signatureIsValid(), SgxError.SGX_INVALID_SIGNATURE,
                "RSA-3072, exponent 3, PKCS #1 v1.5, SHA-256, with Q1 and Q2"));
        if (words.value("image").isPresent()) {
            String measured = measured(words, words.value("image").get()).mrenclave();
            checks.add(line("measurement", Arrays.equals(HEX.parseHex(measured), sig.enclaveHash()),
                    SgxError.SGX_INVALID_MEASUREMENT, "the image measures " + measured));
        }
        return new Verified(List.of("MRENCLAVE   " + HEX.formatHex(sig.enclaveHash()),
                "MRSIGNER    " + HEX.formatHex(sig.mrsigner()),
                "date        %08x%s".formatted(sig.date(), sig.vendor() == 0 ? "" : ", Intel"),
                "ISVPRODID   " + sig.isvProdId(), "ISVSVN      " + sig.isvSvn(),
                "ATTRIBUTES  0x%x, XFRM 0x%x; mask 0x%x, 0x%x".formatted(sig.attributes(), sig.xfrm(),
                        sig.attributeMask(), sig.xfrmMask()),
                "MISCSELECT  0x%x; mask 0x%x".formatted(sig.miscSelect(), sig.miscMask())), checks);
    }

    private static String line(String id, boolean holds, SgxError error, String detail) {
        return "%-4s %-12s %s%s".formatted(holds ? "pass" : "FAIL", id, holds ? "" : error + ": ", detail);
    }
}
