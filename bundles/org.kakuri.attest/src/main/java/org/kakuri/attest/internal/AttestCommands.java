package org.kakuri.attest.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.attest.Appraisal;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.attest.sgx.Collateral;
import org.kakuri.attest.sgx.Quote;
import org.kakuri.attest.sgx.QuoteVerifier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Shows and verifies evidence that lies in files. */
@Component(property = {CommandSet.SCOPE + "=attest", CommandSet.FUNCTION + "=show", CommandSet.FUNCTION + "=verify"})
public final class AttestCommands implements CommandSet {
    /**
     * The key of "Intel SGX Root CA" as SubjectPublicKeyInfo; it signs the chain of every PCK certificate that Intel issues, and
     * stands in the root certificate that Intel publishes (certificates.trustedservices.intel.com/IntelSGXRootCA.der).
     */
    private static final byte[] INTEL_SGX_ROOT = HexFormat.of()
            .parseHex("3059301306072a8648ce3d020106082a8648ce3d0301"
                    + "07034200040ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f567918e2edc88e40d860bd0cc4ee26aacc9"
                    + "88e505a953558c453f6b0904ae7394");
    private static final Pattern PEM = Pattern
            .compile("-----BEGIN ([A-Z ]+)-----\\s*([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final int WIDTH = 17;

    /** Needs nothing. */
    @Activate
    public AttestCommands() {}

    /**
     * What evidence says.
     *
     * @param claims by name
     */
    public record Shown(Map<String, String> claims) implements TextView {
        @Override
        public String text() {
            return claims.entrySet()
                    .stream()
                    .map(claim -> ("%-" + WIDTH + "s %s").formatted(claim.getKey(), claim.getValue()))
                    .collect(Collectors.joining("\n"));
        }
    }

    /** Decodes evidence without judging it. */
    @Descriptor("Shows what an SGX quote says, without verifying it.")
    public Shown show(@Descriptor("FILE  a quote: bytes, or hexadecimal") String file) throws IOException {
        return new Shown(QuoteVerifier.describe(Quote.of(read(file))));
    }

    /**
     * A verdict.
     *
     * @param trusted whether every check passed
     * @param checks in order
     * @param claims what it says
     */
    public record Verdict(boolean trusted, List<Appraisal.Check> checks, Map<String, String> claims)
            implements
                TextView,
                Outcome {
        @Override
        public String text() {
            String rows = checks.stream()
                    .map(check -> "%-4s %-15s %s".formatted(check.passed() ? "pass" : "FAIL", check.id(),
                            check.detail()))
                    .collect(Collectors.joining("\n"));
            String failed = checks.stream()
                    .filter(check -> !check.passed())
                    .map(Appraisal.Check::id)
                    .collect(Collectors.joining(", "));
            String open = claims.containsKey("not-checked") ? "\n     %-15s %s".formatted("not checked",
                    claims.get("not-checked")) : "";
            return rows + open + "\n" + (trusted ? "trusted" : "NOT TRUSTED: " + failed);
        }

        @Override
        public int exitCode() {
            return trusted ? 0 : 1;
        }
    }

    /** Verifies evidence. */
    @Descriptor("Verifies an SGX quote, made by real hardware or by the model, and names what failed.")
    public Verdict verify(@WordsSyntax @Descriptor("""
            FILE [OPTION...]
            FILE              a quote: bytes, or hexadecimal
            --roots FILE      certificates or keys in PEM that are trusted; default is Intel's SGX root
            --collateral FILE revocation lists, TCB info and QE identity, as one JSON object with the members of
                              sgx_ql_qve_collateral_t; what it lacks is not checked
            --at TIME         time of the verdict, for example 2026-11-21T12:00:00Z; default is now
            --mrenclave HEX   what MRENCLAVE must be; default is anything
            --nonce HEX       what REPORTDATA must begin with; default is anything""") Words words)
            throws IOException {
        words.onlyNames(List.of("roots", "collateral", "at", "mrenclave", "nonce"));
        byte[] quote = read(words.word(0, "FILE"));
        List<byte[]> roots = words.value("roots").isPresent() ? roots(words.value("roots").get())
                : List.of(INTEL_SGX_ROOT);
        Collateral collateral = words.value("collateral").isPresent()
                ? Collateral.of(Files.readAllBytes(readable(words.value("collateral").get())))
                : Collateral.NONE;
        Appraisal appraisal = new QuoteVerifier(roots, collateral, time(words)).verify(quote, hex(words, "nonce"),
                hex(words, "mrenclave"));
        return new Verdict(appraisal.trusted(), appraisal.checks(), appraisal.claims());
    }

    private static Path readable(String file) {
        Path path = Path.of(file);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new UsageError("cannot be read: " + file, "give a file");
        }
        return path;
    }

    private static byte[] read(String file) throws IOException {
        byte[] bytes = Files.readAllBytes(readable(file));
        String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
        boolean hexadecimal = bytes.length > 0 && text.length() % 2 == 0 && text.matches("(0x)?[0-9a-fA-F]+");
        return hexadecimal ? HexFormat.of().parseHex(text.startsWith("0x") ? text.substring(2) : text) : bytes;
    }

    private static List<byte[]> roots(String file) throws IOException {
        List<byte[]> roots = new ArrayList<>();
        Matcher blocks = PEM.matcher(Files.readString(readable(file), StandardCharsets.ISO_8859_1));
        while (blocks.find()) {
            roots.add(Base64.getMimeDecoder().decode(blocks.group(2)));
        }
        if (roots.isEmpty()) {
            throw new UsageError("no PEM certificate or key in " + file, "give the root in PEM");
        }
        return roots;
    }

    private static Instant time(Words words) {
        try {
            return words.value("at").map(Instant::parse).orElseGet(Instant::now);
        } catch (DateTimeParseException e) {
            throw new UsageError("no time: " + words.value("at").orElse(""), "write 2026-11-21T12:00:00Z");
        }
    }

    private static Optional<byte[]> hex(Words words, String name) {
        try {
            return words.value(name).map(HexFormat.of()::parseHex);
        } catch (IllegalArgumentException e) {
            throw new UsageError("--%s is not hexadecimal".formatted(name), "");
        }
    }
}
