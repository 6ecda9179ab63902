package org.kakuri.tee.sgx.internal;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kakuri.api.Refused;
import org.kakuri.attest.sgx.Certificates;
import org.kakuri.attest.sgx.Ecdsa;
import org.kakuri.attest.sgx.PckExtension;
import org.kakuri.attest.sgx.PemChain;
import org.kakuri.attest.sgx.Quote;
import org.kakuri.attest.sgx.ReportBody;
import org.kakuri.tee.model.Fuses;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.P256;
import org.kakuri.tee.model.x86.SgxCpu;

/**
 * The quoting enclave of a machine, with the provisioning certification enclave that certifies it, and the root that the machine's
 * manufacturer would be: everything comes from the machine's fuses, so each machine has a root of its own, and all names say that
 * they are a model's. Thread-safe.
 *
 * @rule Intel SGX ECDSA QuoteLib Reference (DCAP API), 1.2: the QE checks a report by its MAC, signs it with its attestation key, and
 *       that key is bound to the platform by a report which the PCE signs with the PCK
 */
final class QuotingEnclave {
    private static final String ORGANISATION = "Kakuri model, no hardware";
    private static final String ROOT = "Kakuri SGX Root CA";
    private static final String PLATFORM = "Kakuri SGX PCK Platform CA";
    /** Not Intel's vendor id. */
    private static final byte[] VENDOR = "kakuri.org/model".getBytes(StandardCharsets.US_ASCII);
    /** KAKURI in ASCII: no family, model and stepping of a processor. */
    private static final byte[] FMSPC = "KAKURI".getBytes(StandardCharsets.US_ASCII);
    private static final int QE_SVN = 2;
    private static final int PCE_SVN = 13;
    private static final byte[] AUTH_DATA = new byte[32];

    private final Keys keys;
    private final SgxCpu cpu;
    private final KeyPair root;
    private final KeyPair platform;
    private final KeyPair pck;
    private final KeyPair attestation;
    private final ReportBody.Identity identity = new ReportBody.Identity(0,
            ReportBody.INIT | ReportBody.MODE64BIT | ReportBody.PROVISIONKEY, 3, sha256("Kakuri quoting enclave"),
            sha256("Kakuri architectural enclaves"), 1, QE_SVN);
    private byte[] certifiedSvn = {};
    private byte[] chain;

    QuotingEnclave(MachineModel machine) {
        keys = new Keys(machine);
        cpu = SgxCpu.of(machine);
        Fuses fuses = machine.facility(Fuses.class).orElseThrow();
        root = pair(fuses, "sgx-root-ca");
        platform = pair(fuses, "sgx-platform-ca");
        pck = pair(fuses, "sgx-pck");
        attestation = pair(fuses, "sgx-qe-attestation-key");
    }

    private static KeyPair pair(Fuses fuses, String label) {
        return P256.fromSecret(fuses.derive(label, new byte[0], P256.SECRET_BYTES));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Returns whom reports must be for. */
    TargetInfo target() {
        return TargetInfo.of(identity);
    }

    /** Returns the key that the manufacturer publishes. */
    PublicKey rootKey() {
        return root.getPublic();
    }

    /**
     * Quotes a report.
     *
     * @throws Refused if its MAC says that it is not from this machine, or not for this enclave
     */
    byte[] quote(Report report) {
        byte[] mac = Cmac.of(keys.reportKey(identity, report.keyId()), report.body().bytes());
        if (!MessageDigest.isEqual(mac, report.mac())) {
            throw new Refused("the quoting enclave refuses the report: its MAC is another",
                    "make it by EREPORT on this machine, for the quoting enclave");
        }
        byte[] point = Ecdsa.point(attestation.getPublic());
        ReportBody own = ReportBody.of(cpu.svn(), identity, Quote.binding(point, AUTH_DATA));
        byte[] header = Quote.header(QE_SVN, PCE_SVN, VENDOR, new byte[20]);
        return new Quote(header, report.body(), Ecdsa.sign(attestation.getPrivate(), Quote.signed(header,
                report.body())), point, own, Ecdsa.sign(pck.getPrivate(), own.bytes()), AUTH_DATA, Quote.PCK_CHAIN,
                chain()).encode();
    }

    /** Returns the chain for the processor as it is now: another microcode has another certificate. */
    private synchronized byte[] chain() {
        byte[] svn = cpu.svn();
        if (!Arrays.equals(svn, certifiedSvn)) {
            Instant from = Instant.now().minus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
            Instant to = from.plus(3650, ChronoUnit.DAYS);
            byte[] extension = new PckExtension(FMSPC, new byte[2],
                    IntStream.range(0, svn.length).mapToObj(i -> Byte.toUnsignedInt(svn[i])).toList(), PCE_SVN)
                    .encode(new byte[16]);
            var rootIssuer = new Certificates.Issuer(ROOT, root.getPrivate());
            var platformIssuer = new Certificates.Issuer(PLATFORM, platform.getPrivate());
            chain = PemChain.write(List.of(
                    Certificates.issue(platformIssuer, new Certificates.Subject("Kakuri SGX PCK Certificate",
                            pck.getPublic(), 3, Optional.empty(), Optional.of(extension)), ORGANISATION, from, to),
                    Certificates.issue(rootIssuer, new Certificates.Subject(PLATFORM, platform.getPublic(), 2,
                            Optional.of(0), Optional.empty()), ORGANISATION, from, to),
                    Certificates.issue(rootIssuer, new Certificates.Subject(ROOT, root.getPublic(), 1,
                            Optional.of(1), Optional.empty()), ORGANISATION, from, to)));
            certifiedSvn = svn;
        }
        return chain;
    }
}
