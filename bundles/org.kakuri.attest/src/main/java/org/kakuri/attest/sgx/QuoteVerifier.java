package org.kakuri.attest.sgx;

import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.kakuri.api.attest.Appraisal;

/**
 * Verifies quotes, of real processors as well as of modelled ones: each link from the trusted root down to the enclave's report.
 * Hostile bytes end in a check that failed, never in an exception. Not thread-safe; made for one quote.
 *
 * @rule Intel SGX ECDSA QuoteLib Reference (DCAP API), appendix A; Intel SGX PCK Certificate and CRL Profile Specification
 */
public final class QuoteVerifier {
    private static final HexFormat HEX = HexFormat.of();
    private static final String INTEL = "939a7233f79c4ca9940a0db3957f0607";

    private final List<byte[]> roots;
    private final Collateral collateral;
    private final Instant now;
    private final List<Appraisal.Check> checks = new ArrayList<>();
    private final Map<String, String> claims = new LinkedHashMap<>();

    /**
     * @param roots keys (SubjectPublicKeyInfo) or certificates that are trusted, in DER
     * @param collateral what the manufacturer published
     * @param now the time of the verdict: certificates and collateral must be valid then
     */
    public QuoteVerifier(List<byte[]> roots, Collateral collateral, Instant now) {
        this.roots = List.copyOf(roots);
        this.collateral = collateral;
        this.now = now;
    }

    /**
     * Verifies a quote.
     *
     * @param bytes the quote
     * @param nonce what REPORTDATA must begin with, zeros behind it; empty if anything will do
     * @param mrenclave what MRENCLAVE must be; empty if anything will do
     */
    public Appraisal verify(byte[] bytes, Optional<byte[]> nonce, Optional<byte[]> mrenclave) {
        Quote quote;
        try {
            quote = Quote.of(bytes);
        } catch (SgxRefused e) {
            add("format", false, e.getMessage());
            return new Appraisal(checks, claims);
        }
        add("format", true, "ECDSA quote, version 3");
        claims.putAll(body(quote));
        Optional<CertificateChain> chain = chain(quote);
        chain.ifPresent(ordered -> {
            check("qe-signature", () -> fail(!Ecdsa.verify(ordered.leaf().getPublicKey(), quote.qeReport().bytes(),
                    quote.qeSignature()), "the PCK's, over the report of the quoting enclave"));
            collateral(quote, ordered);
        });
        check("qe-binding", () -> fail(!Arrays.equals(quote.qeReport().reportData(),
                Quote.binding(quote.attestationKey(), quote.qeAuthData())),
                "REPORTDATA of the quoting enclave is SHA-256 of attestation key and authentication data"));
        Optional<PublicKey> key = Ecdsa.key(quote.attestationKey());
        check("quote-signature", () -> fail(key.isEmpty() || !Ecdsa.verify(key.get(),
                Quote.signed(quote.header(), quote.report()), quote.signature()),
                "the attestation key's, over header and report"));
        check("debug", () -> fail(quote.report().debug(), "ATTRIBUTES.DEBUG is %d: a debugger %s read the enclave"
                .formatted(quote.report().debug() ? 1 : 0, quote.report().debug() ? "may" : "may not")));
        nonce.ifPresent(expected -> check("nonce", () -> fail(expected.length == 0 || expected.length > 64
                || !Arrays.equals(quote.report().reportData(), Arrays.copyOf(expected, 64)),
                "REPORTDATA=%s, expected %s".formatted(HEX.formatHex(quote.report().reportData()),
                        HEX.formatHex(expected)))));
        mrenclave.ifPresent(expected -> check("measurement", () -> fail(
                !Arrays.equals(quote.report().mrenclave(), expected),
                "MRENCLAVE=%s, expected %s".formatted(HEX.formatHex(quote.report().mrenclave()),
                        HEX.formatHex(expected)))));
        return new Appraisal(checks, claims);
    }

    /** What a check found: a detail, and whether it is a failure. */
    private record Finding(boolean failed, String detail) {}

    private static Finding fail(boolean failed, String detail) {
        return new Finding(failed, detail);
    }

    private void check(String id, Supplier<Finding> body) {
        try {
            Finding finding = body.get();
            add(id, !finding.failed, finding.detail);
        } catch (SgxRefused e) {
            add(id, false, e.getMessage());
        }
    }

    private void add(String id, boolean passed, String detail) {
        checks.add(new Appraisal.Check(id, passed, detail));
    }

    private Optional<CertificateChain> chain(Quote quote) {
        if (quote.certificationType() != Quote.PCK_CHAIN) {
            add("certification", false, "certification data are of type %d, only 5 (chain of PCK certificates) is known"
                    .formatted(quote.certificationType()));
            return Optional.empty();
        }
        CertificateChain chain;
        try {
            chain = CertificateChain.of(PemChain.read(quote.certificationData()));
        } catch (SgxRefused e) {
            add("certification", false, e.getMessage());
            return Optional.empty();
        }
        add("certification", true, "%d certificates".formatted(chain.all().size()));
        claims.put("pck-issuer", chain.leaf().getIssuerX500Principal().getName());
        Optional<String> fault = chain.fault(now);
        add("chain", fault.isEmpty(), fault.orElse("signatures, validity at %s, authorities".formatted(now)));
        add("root", chain.rootIsAmong(roots), "%s, %d trusted".formatted(
                chain.root().getSubjectX500Principal().getName(), roots.size()));
        return Optional.of(chain);
    }

    private void collateral(Quote quote, CertificateChain chain) {
        List<String> missing = collateral.missing();
        if (!missing.isEmpty()) {
            claims.put("not-checked", String.join(", ", missing) + ": no collateral");
        }
        collateral.rootCrl()
                .ifPresent(list -> check("root-crl", () -> chain.revoked(list, chain.root(), now)
                        .map(why -> fail(true, why))
                        .orElse(fail(false, "none of the chain is on it"))));
        collateral.pckCrl()
                .ifPresent(list -> check("pck-crl", () -> chain.revoked(list, chain.leafIssuer(), now)
                        .map(why -> fail(true, why))
                        .orElse(fail(false, "none of the chain is on it"))));
        collateral.tcbInfo().ifPresent(document -> {
            check("tcb-info", () -> TcbLevels.fault(document, roots, now)
                    .map(why -> fail(true, why))
                    .orElse(fail(false, "signature, chain, time")));
            check("tcb", () -> status("tcb-status", TcbLevels.platform(document.body(),
                    PckExtension.of(chain.leaf()))));
        });
        collateral.qeIdentity().ifPresent(document -> {
            check("qe-identity", () -> TcbLevels.fault(document, roots, now)
                    .or(() -> TcbLevels.otherEnclave(document.body(), quote.qeReport()))
                    .map(why -> fail(true, why))
                    .orElse(fail(false, "signature, chain, time, MISCSELECT, ATTRIBUTES, MRSIGNER, ISVPRODID")));
            check("qe-tcb", () -> status("qe-tcb-status", TcbLevels.enclave(document.body(), quote.qeReport())));
        });
    }

    private Finding status(String claim, TcbLevels.Level level) {
        claims.put(claim, level.status());
        return fail(!level.good(), level.status() + ": " + level.detail());
    }

    /** Returns what a quote says, unverified. */
    public static Map<String, String> describe(Quote quote) {
        Map<String, String> shown = body(quote);
        if (quote.certificationType() == Quote.PCK_CHAIN) {
            shown.put("pck", pck(quote));
        }
        return shown;
    }

    private static Map<String, String> body(Quote quote) {
        Map<String, String> shown = new LinkedHashMap<>();
        ReportBody report = quote.report();
        shown.put("mrenclave", HEX.formatHex(report.mrenclave()));
        shown.put("mrsigner", HEX.formatHex(report.mrsigner()));
        shown.put("isvprodid", Integer.toString(report.isvProdId()));
        shown.put("isvsvn", Integer.toString(report.isvSvn()));
        shown.put("attributes", "0x%x%s, XFRM 0x%x".formatted(report.flags(), flags(report.flags()), report.xfrm()));
        shown.put("miscselect", "0x%x".formatted(report.miscSelect()));
        shown.put("cpusvn", HEX.formatHex(report.cpuSvn()));
        shown.put("report-data", HEX.formatHex(report.reportData()));
        shown.put("qe-vendor", HEX.formatHex(quote.qeVendor()) + (HEX.formatHex(quote.qeVendor()).equals(INTEL)
                ? " (Intel)" : ""));
        shown.put("qe-svn", Integer.toString(quote.qeSvn()));
        shown.put("pce-svn", Integer.toString(quote.pceSvn()));
        shown.put("qe-mrenclave", HEX.formatHex(quote.qeReport().mrenclave()));
        shown.put("qe-mrsigner", HEX.formatHex(quote.qeReport().mrsigner()));
        shown.put("qe-auth-data", HEX.formatHex(quote.qeAuthData()));
        shown.put("certification", "type %d, %d bytes".formatted(quote.certificationType(),
                quote.certificationData().length));
        return shown;
    }

    private static String flags(long flags) {
        Map<Long, String> names = Map.of(ReportBody.INIT, "INIT", ReportBody.DEBUG, "DEBUG", ReportBody.MODE64BIT,
                "MODE64BIT", ReportBody.PROVISIONKEY, "PROVISIONKEY", ReportBody.EINITTOKENKEY, "EINITTOKENKEY");
        return names.entrySet()
                .stream()
                .filter(name -> (flags & name.getKey()) != 0)
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .reduce((one, other) -> one + " " + other)
                .map(all -> " (" + all + ")")
                .orElse("");
    }

    private static String pck(Quote quote) {
        try {
            CertificateChain chain = CertificateChain.of(PemChain.read(quote.certificationData()));
            PckExtension pck = PckExtension.of(chain.leaf());
            return "FMSPC %s, PCE %s, components %s, PCE SVN %d; root %s".formatted(pck.fmspcText(),
                    HEX.formatHex(pck.pceId()), pck.components(), pck.pceSvn(),
                    chain.root().getSubjectX500Principal().getName());
        } catch (SgxRefused e) {
            return e.getMessage();
        }
    }
}
